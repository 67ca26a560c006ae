/**
 * For how long each client has been as it is: in its state, without a byte in either direction.
 * Measured across snapshots, since the server would have to note the time at each change, mostly
 * for no reader. Read warnings.ts next, which says which of them hold others up.
 */
import type { Snapshot } from '../../admin/snapshot.js';

interface Seen {
  readonly state: string;
  readonly sinceMs: number;
}

/** By connection, in ms. A client that is new or has moved has 0. */
export type SteadyMs = ReadonlyMap<number, number>;

export class Steadiness {
  #seen = new Map<number, Seen>();

  /** @param snapshot each one once, in the order in which they were received */
  note({ uptimeMs, clients }: Snapshot): SteadyMs {
    const seen = new Map<number, Seen>();
    for (const { connection, state, bytesIn, bytesOut } of clients.first) {
      const now = { state: `${state} ${bytesIn} ${bytesOut}`, sinceMs: uptimeMs };
      const before = this.#seen.get(connection);
      seen.set(connection, before?.state === now.state ? before : now);
    }
    this.#seen = seen;
    return new Map([...seen].map(([id, { sinceMs }]) => [id, uptimeMs - sinceMs]));
  }
}
