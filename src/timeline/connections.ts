/**
 * The timeline of a run: when each connection was accepted, when and on which thread its handler
 * began, and when it ended. Pure. rows.ts places the connections in rows.
 *
 * A `closed` line has all of this. For a connection that is open at the end of the log, it is
 * inferred from the `accepted` line, its messages and other connections' ends; the rest is unknown.
 */
import { toMicroseconds } from '../base/clock.js';
import type { Closing, ConnectionFacts, Run } from './run.js';

/** The thread number of main in the log. */
export const MAIN = 0;
/** Two times, each cut to whole milliseconds, overlap by at most this. */
const MAX_ROUNDING_MS = 2;

/** Times are milliseconds since the timeline's origin, to the microsecond. */
export interface Span {
  readonly connection: number;
  readonly peer: string;
  /** 0: main. `none`: the client was not served. `unknown`: the log does not say. */
  readonly thread: number | 'none' | 'unknown';
  readonly acceptedMs: number;
  /** When the handler began; undefined if it did not begin, or if the log does not say. */
  readonly startedMs: number | undefined;
  /** When the connection ended; for an open one, when the log ends. */
  readonly endMs: number;
  /** Undefined: the connection was open when the log ended. */
  readonly reason: string | undefined;
  /** The acceptor refused the client, since the server was full. */
  readonly isRefused: boolean;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Times of the messages, if the log has `debug` lines. */
  readonly receivedMs: readonly number[];
  readonly sentMs: readonly number[];
}

/** When a thread started and was lost; undefined if the log does not say. */
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
  /** Time from the origin to the end of the last span. */
  readonly lengthMs: number;
  /** In order of acceptance. */
  readonly spans: readonly Span[];
  /** In order of thread number. */
  readonly threads: readonly ThreadLife[];
}

/** Computes the timeline of a run. */
export function timelineOf(run: Run): Timeline {
  const known = [...run.connections].map(([connection, facts]) => ({ connection, ...facts }));
  const originMs = known.reduce((least, facts) => Math.min(least, acceptedAt(facts)), run.lastMs);
  const since = (ms: number) => Math.max(0, toMicroseconds(ms - originMs));
  const closed = known.flatMap((facts) => (facts.closing ? [closedSpan(facts, facts.closing, since)] : []));
  const logEndMs = since(run.lastMs);
  const open = known
    .filter(({ closing }) => !closing)
    .map((facts) => openSpan(facts, { run, closed, since, logEndMs }));
  const spans = withoutOverlaps([...closed, ...open]).sort(
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
  // The durations have fractions; the `accepted` line's time has none.
  if (closing) return closing.atMs - closing.servedMs - closing.waitedMs;
  return acceptedMs ?? receivedMs[0] ?? sentMs[0] ?? Infinity;
}

function closedSpan(facts: Facts, closing: Closing, since: Since): Span {
  const { thread, servedMs, atMs } = closing;
  const startedMs = since(atMs - servedMs);
  const endMs = since(atMs);
  // A message's time is cut to whole milliseconds, so it may fall outside the span.
  const within = (ms: number) => Math.min(endMs, Math.max(startedMs, since(ms)));
  return {
    connection: facts.connection,
    peer: facts.peer,
    thread: thread ?? 'none',
    acceptedMs: since(acceptedAt(facts)),
    // If the thread died before the handler began, the log has no service time.
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

interface OpenSpanContext {
  readonly run: Run;
  readonly closed: readonly Span[];
  readonly since: Since;
  readonly logEndMs: number;
}

function openSpan(facts: Facts, { run, closed, since, logEndMs }: OpenSpanContext): Span {
  const acceptedMs = since(acceptedAt(facts));
  const { thread, startedMs } = inferThread(facts, acceptedMs, run, closed, since);
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

/** Infers which thread serves an open connection, and since when. */
function inferThread(
  facts: Facts,
  acceptedMs: number,
  run: Run,
  closed: readonly Span[],
  since: Since,
): Pick<Span, 'thread' | 'startedMs'> {
  if (facts.refused) return { thread: 'none', startedMs: undefined };
  if (run.model === 'event-loop') return { thread: MAIN, startedMs: acceptedMs };
  if (run.model === 'iterative') {
    // The iterative model serves a client after all earlier ones have ended.
    const before = [...run.connections].filter(([id, { refused }]) => id < facts.connection && !refused);
    if (before.some(([, { closing }]) => !closing)) return { thread: 'none', startedMs: undefined };
    const ends = before.map(([, { closing }]) => since(closing?.atMs ?? 0));
    return { thread: MAIN, startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), acceptedMs) };
  }
  const thread = facts.messageThread;
  if (thread !== undefined) {
    // Main lent the connection as soon as the thread was ready and its earlier client had ended.
    const upMs = since(run.threads.get(thread)?.startedMs ?? 0);
    const ends = closed.filter((span) => span.thread === thread).map(({ endMs }) => endMs);
    return {
      thread,
      startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), Math.max(acceptedMs, upMs)),
    };
  }
  // A connection that was not queued was lent at once. For a queued one the log does not say.
  return { thread: 'unknown', startedMs: facts.queued ? undefined : acceptedMs };
}

/**
 * Moves a span that overlaps the one before it by at most {@link MAX_ROUNDING_MS}. A thread serves one client at a time,
 * but the log cuts times to whole milliseconds.
 */
function withoutOverlaps(spans: readonly Span[]): Span[] {
  const ends = new Map<number, number>();
  const inOrder = [...spans].sort((a, b) => (a.startedMs ?? a.acceptedMs) - (b.startedMs ?? b.acceptedMs));
  return inOrder.map((span) => {
    const { thread, startedMs, endMs } = span;
    if (typeof thread !== 'number' || thread === MAIN || startedMs === undefined) return span;
    const before = ends.get(thread) ?? 0;
    const cutOffMs = startedMs < before && before - startedMs <= MAX_ROUNDING_MS ? before - startedMs : 0;
    const moved = (ms: number) => toMicroseconds(ms + cutOffMs);
    ends.set(thread, Math.max(before, moved(endMs)));
    if (cutOffMs === 0) return span;
    return { ...span, acceptedMs: moved(span.acceptedMs), startedMs: before, endMs: moved(endMs) };
  });
}

function threadsOf(run: Run, spans: readonly Span[], since: Since): ThreadLife[] {
  const served = spans.map(({ thread }) => thread).filter((thread) => typeof thread === 'number');
  const all = new Set([...run.threads.keys(), ...served]);
  all.delete(MAIN);
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
