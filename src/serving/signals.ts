/**
 * What main (server/shutdown.ts) and the watchdog's thread (workers/watchdog.ts) both know of
 * signals.
 */
import { constants } from 'node:os';
import type { SharedLogSettings } from '../log/log.js';

/** For the watchdog's thread: plain values. */
export interface WatchdogSettings {
  readonly signals: readonly NodeJS.Signals[];
  /** How long a stop may take, with the last resort of main. */
  readonly mostMs: number;
  readonly log: SharedLogSettings;
}

/** What the thread says when it watches. */
export const UP = 'up';

/** The exit status by which shells recognise a process that a signal has ended. */
export function statusOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * timeout(1) and others send one signal twice, to the process and to its group, microseconds apart.
 */
const SAME_SIGNAL_MS = 10;

interface Arrival {
  readonly signal: NodeJS.Signals;
  readonly atMs: number;
}

/** Whether the second signal is the first one once more. */
export function isRepetition(first: Arrival, second: Arrival): boolean {
  return first.signal === second.signal && second.atMs - first.atMs < SAME_SIGNAL_MS;
}
