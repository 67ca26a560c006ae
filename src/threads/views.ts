/**
 * Client threads and their clients, as a snapshot shows them. Main thread; for client-threads.ts.
 */
import type { ServedClient } from '../serving/served-client.js';
import type { Serving, State, ThreadView } from '../serving/views.js';
import type { WorkerSlot } from './worker-slot.js';

/**
 * @param slots those with a client first
 * @param most how many threads and clients are listed one by one
 * @param viewOf a client in the list
 */
export function describeSlots<Client>(
  slots: readonly WorkerSlot[],
  most: number,
  viewOf: (client: ServedClient, slot: WorkerSlot, state: State) => Client,
): Required<Serving<Client>> {
  const states: Partial<Record<State, number>> = {};
  const threads: ThreadView[] = [];
  const clients: Client[] = [];
  let clientCount = 0;
  for (const slot of slots) {
    const { client, state, thread } = slot;
    states[state] = (states[state] ?? 0) + 1;
    // A client whose thread has settled is about to be closed.
    const served = client && !slot.isSettled ? client : undefined;
    if (served) clientCount++;
    if (threads.length === most) continue;
    threads.push({
      ...(thread !== undefined && { thread }),
      state,
      ...(served && { connection: served.id }),
    });
    if (served) clients.push(viewOf(served, slot, state));
  }
  return {
    clients: { count: clientCount, first: clients },
    threads: { count: slots.length, states, first: threads },
  };
}
