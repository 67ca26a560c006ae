/**
 * How the connections of a load come up: calmly, one after the other.
 *
 * Runs in the generator's process, for closed-loop.ts and open-loop.ts.
 */
import { NS_PER_MS } from '../../lib/clock.js';
import { pollFor, type Pollable } from './phases.js';

/** How long to wait for one connection's answer before the next is opened, and how many may be unanswered. */
const OPEN_PACE_NS = 2 * NS_PER_MS;
const OPEN_UNANSWERED = 4;
/** A server that has answered nobody for so long answers nobody. */
const SILENCE_NS = 500 * NS_PER_MS;

export interface Openable extends Pollable {
  readonly size: number;
  /** Connects a client, which asks once. */
  openOne(client: number): void;
  /** How many clients have had their first answer. */
  readonly firstAnswers: number;
  /** Whether an answer is outstanding. */
  readonly isAnyWaiting: boolean;
}

/**
 * One client after the other, each with one request, so that short listen queues do not drop any. A server that leaves
 * several unanswered (the iterative one must, long requests do) is not waited for: the pace goes on.
 */
export function openCalmly(clients: Openable): void {
  for (let client = 0; client < clients.size; client++) {
    clients.openOne(client);
    pollFor(clients, OPEN_PACE_NS, () => client + 1 - clients.firstAnswers < OPEN_UNANSWERED);
  }
  // A server that is not given a processor right now answers nobody; the iterative one has answered somebody.
  pollFor(clients, SILENCE_NS, () => clients.firstAnswers > 0 || !clients.isAnyWaiting);
  let before: number;
  do {
    before = clients.firstAnswers;
    pollFor(clients, 10 * OPEN_PACE_NS, () => !clients.isAnyWaiting);
  } while (clients.firstAnswers > before);
}
