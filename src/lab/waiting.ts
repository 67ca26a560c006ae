/**
 * Which clients wait for others, and from when on that is worth a word. Pure; the process counts
 * them, and the page draws rings around them.
 */
import { DELAYED, KINDS, STAGES, type ClientView, type Stage } from './protocol.js';

/** A shorter wait is not mentioned, in ms. */
export const LONG_WAIT_MS = 200;

/** There, no request of a client is served, however long it takes by itself. */
const UNSERVED: readonly Stage[] = ['away', 'backlog', 'queue'];

/** Whether a client waits for something that is not its own doing. */
export function isWaiting([, kind, stage, , sinceMs]: ClientView): boolean {
  if (sinceMs === 0) return false;
  return DELAYED.includes(KINDS[kind] ?? 'silent') || UNSERVED.includes(STAGES[stage] ?? 'done');
}

/** @param nowMs on the clock of the frames */
export function waitsLong(client: ClientView, nowMs: number): boolean {
  return isWaiting(client) && nowMs - client[4] >= LONG_WAIT_MS;
}
