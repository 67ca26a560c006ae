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
  pollFor(clients, 10 * OPEN_PACE_NS, () => firstAnswers() >= count);
}

/** Handles what happens, until the time is over or the work done. */
export function pollFor(clients: Clients, durationNs: number, isDone: () => boolean): void {
  const endNs = nowNs() + durationNs;
  for (let now = nowNs(); now < endNs && !isDone(); now = nowNs()) {
    clients.poll(Math.min(LONGEST_POLL_MS, Math.ceil((endNs - now) / NS_PER_MS)));
  }
}
