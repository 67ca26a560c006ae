/** Client threads and their clients, as a snapshot shows them. Main thread; for client-threads.ts. */
import type { ClientView, Serving, State, ThreadView } from '../admin/snapshot.js';
import { peerOf } from '../connection/endpoint.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import type { Seat } from './worker-slot.js';
import type { SeatedClient } from './seated-client.js';

/** @param seats those with a client first */
export function describeSeats(seats: readonly Seat[], most: number): Required<Serving> {
  const states: Partial<Record<State, number>> = {};
  const threads: ThreadView[] = [];
  const clients: ClientView[] = [];
  let clientCount = 0;
  for (const seat of seats) {
    const { client, state } = seat;
    states[state] = (states[state] ?? 0) + 1;
    const thread = seat.thread === undefined ? {} : { thread: seat.thread };
    // One whose thread is through with it is about to be closed.
    const served = client && !seat.isSettled ? client : undefined;
    if (served) clientCount++;
    if (threads.length === most) continue;
    threads.push({ ...thread, state, ...(served && { connection: served.accepted.id }) });
    if (served) clients.push({ ...thread, state, ...progress(served, seat) });
  }
  return {
    clients: { count: clientCount, first: clients },
    threads: { count: seats.length, states, first: threads },
  };
}

function progress({ accepted, deliveredBytes }: SeatedClient, { mailbox }: Seat) {
  const nowMs = monotonicMs();
  const startMs = mailbox.startedAtMs || nowMs;
  return {
    connection: accepted.id,
    peer: peerOf(accepted.socket),
    waitedMs: toMicroseconds(startMs - accepted.acceptedAtMs),
    servedMs: toMicroseconds(nowMs - startMs),
    // The thread counts in shared memory as it goes. A number that is stored while it is read is the old or the new one.
    bytesIn: mailbox.bytesIn,
    bytesOut: mailbox.bytesOut + deliveredBytes,
  };
}
