/**
 * The timeline of a run: for each connection when it was accepted, when its handler began, on which thread, and when it
 * ended. rows.ts says where each is drawn.
 *
 * A `closed` line has all of it. Of a connection that is still open at the end of the log, its `accepted` line, its
 * messages and the ends of others tell what can be known; the rest is said to be unknown, not guessed.
 */
import { toMicroseconds } from '../base/clock.js';
import type { Closing, ConnectionFacts, Run } from './run.js';

export const MAIN_THREAD = 0;

/** Times are milliseconds since the timeline's origin, to the microsecond. */
export interface Span {
  readonly connection: number;
  readonly peer: string;
  /** 0: main. `none`: nobody has served it. `unknown`: the log does not say who, or whether anybody. */
  readonly thread: number | 'none' | 'unknown';
  readonly acceptedMs: number;
  /** When its handler began; undefined if it never did, or if the log does not say when. */
  readonly startedMs: number | undefined;
  /** When it ended; of an open one, when the log does. */
  readonly endMs: number;
  /** Undefined: it was open when the log ended. */
  readonly reason: string | undefined;
  /** Sent away, since nobody could serve it and no more might wait. */
  readonly isRefused: boolean;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Its messages, where the log has `debug` lines. */
  readonly receivedMs: readonly number[];
  readonly sentMs: readonly number[];
}

/** Undefined where the log does not say. */
export interface ThreadLife {
  readonly thread: number;
  readonly startedMs: number | undefined;
  readonly lostMs: number | undefined;
}

export interface Timeline {
  readonly pid: number;
  readonly service: string;
  readonly model: string;
  /** When the first connection was accepted, in milliseconds since 1970. */
  readonly originMs: number;
  /** From the origin to the last event that is shown. */
  readonly lengthMs: number;
  /** In the order in which they were accepted. */
  readonly spans: readonly Span[];
  /** In the order of their numbers. */
  readonly threads: readonly ThreadLife[];
}

export function timelineOf(run: Run): Timeline {
  const known = [...run.connections].map(([connection, facts]) => ({ connection, ...facts }));
  const originMs = known.reduce((least, facts) => Math.min(least, acceptedAt(facts)), run.lastMs);
  const since = (ms: number) => Math.max(0, toMicroseconds(ms - originMs));
  const closed = known.flatMap((facts) => (facts.closing ? [closedSpan(facts, facts.closing, since)] : []));
  const logEndMs = since(run.lastMs);
  const open = known
    .filter(({ closing }) => !closing)
    .map((facts) => openSpan(facts, { run, closed, since, logEndMs }));
  const spans = withoutRoundingOverlaps([...closed, ...open]).sort(
    (a, b) => a.acceptedMs - b.acceptedMs || a.connection - b.connection,
  );
  return {
    pid: run.pid,
    service: run.service ?? 'unknown service',
    model: run.model ?? 'unknown model',
    originMs,
    lengthMs: spans.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
    spans,
    threads: threadsOf(run, spans, since),
  };
}

type Facts = ConnectionFacts & { readonly connection: number };
type Since = (ms: number) => number;

function acceptedAt({ acceptedMs, closing, receivedMs, sentMs }: Facts): number {
  // More exact than the `accepted` line, whose time has no fraction.
  if (closing) return closing.atMs - closing.servedMs - closing.waitedMs;
  return acceptedMs ?? receivedMs[0] ?? sentMs[0] ?? Infinity;
}

function closedSpan(facts: Facts, closing: Closing, since: Since): Span {
  const { thread, servedMs, atMs } = closing;
  const startedMs = since(atMs - servedMs);
  const endMs = since(atMs);
  // Messages have the wall clock's milliseconds, which are cut off and not rounded.
  const within = (ms: number) => Math.min(endMs, Math.max(startedMs, since(ms)));
  return {
    connection: facts.connection,
    peer: facts.peer,
    thread: thread ?? 'none',
    acceptedMs: since(acceptedAt(facts)),
    // A thread that died before its handler began leaves no time of service.
    startedMs: thread === undefined || servedMs === 0 ? undefined : startedMs,
    endMs,
    reason: closing.reason,
    isRefused: facts.refused || closing.reason === 'refused',
    bytesIn: closing.bytesIn,
    bytesOut: closing.bytesOut,
    receivedMs: facts.receivedMs.map(within),
    sentMs: facts.sentMs.map(within),
  };
}

interface LogContext {
  readonly run: Run;
  readonly closed: readonly Span[];
  readonly since: Since;
  readonly logEndMs: number;
}

function openSpan(facts: Facts, { run, closed, since, logEndMs }: LogContext): Span {
  const acceptedMs = since(acceptedAt(facts));
  const { thread, startedMs } = inferService(facts, acceptedMs, run, closed, since);
  return {
    connection: facts.connection,
    peer: facts.peer,
    thread,
    acceptedMs,
    startedMs,
    endMs: logEndMs,
    reason: undefined,
    isRefused: facts.refused,
    bytesIn: 0,
    bytesOut: 0,
    receivedMs: facts.receivedMs.map(since),
    sentMs: facts.sentMs.map(since),
  };
}

/** What can be known of an open connection. */
function inferService(
  facts: Facts,
  acceptedMs: number,
  run: Run,
  closed: readonly Span[],
  since: Since,
): Pick<Span, 'thread' | 'startedMs'> {
  if (facts.refused) return { thread: 'none', startedMs: undefined };
  if (run.model === 'event-loop') return { thread: MAIN_THREAD, startedMs: acceptedMs };
  if (run.model === 'iterative') {
    // One after the other: it is its turn once all before it are through.
    const before = [...run.connections].filter(([id, { refused }]) => id < facts.connection && !refused);
    if (before.some(([, { closing }]) => !closing)) return { thread: 'none', startedMs: undefined };
    const ends = before.map(([, { closing }]) => since(closing?.atMs ?? 0));
    return { thread: MAIN_THREAD, startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), acceptedMs) };
  }
  const thread = facts.messageThread;
  if (thread !== undefined) {
    // It was handed over as soon as its thread was up and rid of whom it had served before.
    const upMs = since(run.threads.get(thread)?.startedMs ?? 0);
    const ends = closed.filter((span) => span.thread === thread).map(({ endMs }) => endMs);
    return {
      thread,
      startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), Math.max(acceptedMs, upMs)),
    };
  }
  // One that did not have to wait was handed over at once; of one that was queued nothing is known.
  return { thread: 'unknown', startedMs: facts.queued ? undefined : acceptedMs };
}

/**
 * A thread has one client at a time, but `closed` lines say when in whole milliseconds: what seems to overlap by less
 * than that does not.
 */
function withoutRoundingOverlaps(spans: readonly Span[]): Span[] {
  const ends = new Map<number, number>();
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.acceptedMs) - (b.startedMs ?? b.acceptedMs));
  return inOrder.map((span) => {
    const { thread, startedMs, endMs } = span;
    if (typeof thread !== 'number' || thread === MAIN_THREAD || startedMs === undefined) return span;
    const before = ends.get(thread) ?? 0;
    const cutOffMs = startedMs < before && before - startedMs <= 2 ? before - startedMs : 0;
    const moved = (ms: number) => toMicroseconds(ms + cutOffMs);
    ends.set(thread, Math.max(before, moved(endMs)));
    if (cutOffMs === 0) return span;
    return { ...span, acceptedMs: moved(span.acceptedMs), startedMs: before, endMs: moved(endMs) };
  });
}

function threadsOf(run: Run, spans: readonly Span[], since: Since): ThreadLife[] {
  const served = spans.map(({ thread }) => thread).filter((thread) => typeof thread === 'number');
  const all = new Set([...run.threads.keys(), ...served]);
  all.delete(MAIN_THREAD);
  return [...all]
    .sort((a, b) => a - b)
    .map((thread) => {
      const { startedMs, lostMs } = run.threads.get(thread) ?? {};
      return {
        thread,
        startedMs: startedMs === undefined ? undefined : since(startedMs),
        lostMs: lostMs === undefined ? undefined : since(lostMs),
      };
    });
}
