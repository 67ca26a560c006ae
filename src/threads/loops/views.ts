/**
 * Workers and their clients, as a snapshot shows them. Main thread; for loop-workers.ts.
 *
 * What a client does at the moment is known to its worker only. A worker writes it down when main
 * asks for a snapshot, and not before: a client that nobody watches pays nothing.
 */
import type { Serving, State, ThreadView } from '../../serving/views.js';
import type { HandedClient, LoopSlot } from './loop-slot.js';

/**
 * @param most how many threads and clients are listed one by one
 * @param viewOf a client in the list
 */
export function describeLoops<Client>(
  slots: readonly LoopSlot[],
  most: number,
  viewOf: (handed: HandedClient, thread: number | undefined) => Client,
): Required<Serving<Client>> {
  const states: Partial<Record<State, number>> = {};
  const threads: ThreadView[] = [];
  const clients: Client[] = [];
  let clientCount = 0;
  for (const slot of slots) {
    const { state, thread, load } = slot;
    states[state] = (states[state] ?? 0) + 1;
    clientCount += load;
    if (threads.length < most)
      threads.push({ ...(thread !== undefined && { thread }), state, clients: load });
    for (const handed of slot.clients) {
      if (clients.length === most) break;
      clients.push(viewOf(handed, thread));
    }
  }
  return {
    clients: { count: clientCount, first: clients },
    threads: { count: slots.length, states, first: threads },
  };
}
