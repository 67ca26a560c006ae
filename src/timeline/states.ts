/**
 * The five states in which a client passes its time. Picture, page, trace and sentence name them
 * with the same words.
 */
import type { Span } from './connections.js';

/** In the order in which a client passes them; the last three return while it is served. */
export const STATES = ['backlog', 'queue', 'ready', 'client', 'computes'] as const;
export type State = (typeof STATES)[number];

export const STATE_TEXTS: Readonly<Record<State, string>> = {
  backlog: 'in the backlog',
  queue: 'in the queue',
  ready: 'waits for the loop, a thread or a core',
  client: 'waits for its client, a timer or a file',
  computes: 'computes',
};

/** What a client waits for that could be there sooner, in milliseconds. */
export type Waits = Readonly<
  Record<'in the backlog' | 'in the queue' | 'for the loop' | 'for a thread' | 'for a core', number>
>;

/** Returns what a client waited for, in milliseconds; 0 where the log does not say. */
export function waitsOf(span: Span): Waits {
  const { arrivedMs, acceptedMs, takenMs, startedMs, endMs, served, isRefused, thread } = span;
  const isQueued = !isRefused && (thread !== 'unknown' || startedMs !== undefined);
  return {
    'in the backlog': acceptedMs - arrivedMs,
    'in the queue': isQueued ? takenMs - acceptedMs : 0,
    'for the loop': served?.loopWaitMs ?? 0,
    'for a thread': isQueued ? (startedMs ?? endMs) - takenMs : 0,
    'for a core': served?.coreWaitMs ?? 0,
  };
}

/** Returns how long a client was in each state, in ms; undefined where the log does not say. */
export function stateTimesOf(span: Span): Readonly<Record<State, number | undefined>> {
  const { isArrivalKnown, startedMs, endMs, served, thread, isRefused } = span;
  const waits = waitsOf(span);
  const isUnknown = isRefused || (thread === 'unknown' && startedMs === undefined);
  const inService = startedMs === undefined ? 0 : endMs - startedMs;
  const rest = served && inService - served.computedMs - served.loopWaitMs - served.coreWaitMs;
  const isSilent = startedMs !== undefined && !served;
  return {
    backlog: isArrivalKnown ? waits['in the backlog'] : undefined,
    queue: isUnknown ? undefined : waits['in the queue'],
    ready:
      isUnknown || isSilent
        ? undefined
        : waits['for the loop'] + waits['for a thread'] + waits['for a core'],
    client: startedMs === undefined || rest === undefined ? undefined : Math.max(0, rest),
    computes: startedMs === undefined ? undefined : served?.computedMs,
  };
}
