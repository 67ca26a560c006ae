/**
 * How the connections of a job with load come up: calmly, one after the other. And the loop that all its phases run.
 *
 * Runs in the generator's process. Used by load-job.ts and open-loop-job.ts.
 */
import { nowNs, type Clients } from './clients.js';

export const NS_PER_MS = 1e6;
/** An answer that has not come so long after its request is an error. */
export const ANSWER_LIMIT_NS = 2000 * NS_PER_MS;
/** How long to wait for one connection's answer before the next is opened, and how many may be unanswered. */
const OPEN_PACE_NS = 2 * NS_PER_MS;
const OPEN_UNANSWERED = 4;
/** A server that has answered nobody for so long answers nobody. */
const SILENCE_NS = 500 * NS_PER_MS;
const LONGEST_POLL_MS = 10;

/**
 * One client after the other, each with one request, so that short listen queues do not drop any. A server
 * that leaves several unanswered (the iterative one must) is not waited for: the pace goes on.
 */
export function openCalmly(clients: Clients, count: number, firstAnswers: () => number): void {
  for (let client = 0; client < count; client++) {
    clients.open(client, nowNs());
    pollFor(clients, OPEN_PACE_NS, () => client + 1 - firstAnswers() < OPEN_UNANSWERED);
  }
  // A server that is not given a processor right now answers nobody; the iterative one has answered somebody.
  pollFor(clients, SILENCE_NS, () => firstAnswers() > 0 || !isAnyWaiting(clients, count));
  let before: number;
  do {
    before = firstAnswers();
    pollFor(clients, 10 * OPEN_PACE_NS, () => !isAnyWaiting(clients, count));
  } while (firstAnswers() > before);
}

function isAnyWaiting(clients: Clients, count: number): boolean {
  for (let client = 0; client < count; client++) if (clients.isWaiting(client)) return true;
  return false;
}

/** Handles what happens, until the time is over or the work done. */
export function pollFor(clients: Clients, durationNs: number, isDone: () => boolean): void {
  const endNs = nowNs() + durationNs;
  for (let now = nowNs(); now < endNs && !isDone(); now = nowNs()) {
    clients.poll(Math.min(LONGEST_POLL_MS, Math.ceil((endNs - now) / NS_PER_MS)));
  }
}
