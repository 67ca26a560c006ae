/**
 * The timeline of a run: when each connection arrived, was accepted, was taken by the model, when
 * its handler began, on which thread, and when it ended.
 *
 * A `closed` line has all of it. For a connection that is open at the end of the log, the facts are
 * inferred from its `accepted` line, its messages and the ends of other connections. Facts that do
 * not follow from these are marked as unknown. Read blocks.ts next, for when main's loop was held, then
 * rows.ts, which assigns each connection its lane.
 */
import { toMicroseconds } from '../base/clock.js';
import { blocksByThread, type Block } from './blocks.js';
import type { Closing, ConnectionFacts, Run } from './run.js';

/** The number of the main thread in the log; client threads count from 1. */
export const MAIN_THREAD = 0;

/**
 * One connection. Times are milliseconds since the timeline's origin, with microsecond resolution.
 */
export interface Span {
  readonly connection: number;
  readonly peer: string;
  /**
   * The thread that served the connection; 0: the main thread. `none`: no thread served it.
   * `unknown`: the log does not say which thread served it, or whether any did.
   */
  readonly thread: number | 'none' | 'unknown';
  /** When the kernel completed its handshake; when it was accepted, if the log does not say. */
  readonly arrivedMs: number;
  readonly isArrivalKnown: boolean;
  readonly acceptedMs: number;
  /** When its turn came: before, it was queued; afterwards, its thread woke or started. */
  readonly takenMs: number;
  /** When its handler began; undefined if it never began or the log does not say when. */
  readonly startedMs: number | undefined;
  /** Where the time since `startedMs` went; undefined if the log does not say. */
  readonly served: ServedTimes | undefined;
  /** When the connection ended, or, for an open connection, when the log ended. */
  readonly endMs: number;
  /** Why the connection ended; undefined if it was open when the log ended. */
  readonly reason: string | undefined;
  /** Whether the acceptor refused the client: no thread was free and the queue had no room. */
  readonly isRefused: boolean;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The times of its messages; empty unless the log has `debug` lines. */
  readonly receivedMs: readonly number[];
  readonly sentMs: readonly number[];
}

/** Where the time of a handler went, in milliseconds. It waited for its client during the rest. */
interface ServedTimes {
  readonly computedMs: number;
  readonly loopWaitMs: number;
  readonly coreWaitMs: number;
}

/** When a client thread started and died; undefined where the log does not say. */
export interface ThreadLife {
  /** Client threads are numbered from 1 in the order in which they first served a client. */
  readonly thread: number;
  /** Its number in the log, which counts in the order in which threads were created. */
  readonly threadInLog: number;
  readonly startedMs: number | undefined;
  readonly lostMs: number | undefined;
}

export interface Timeline {
  readonly pid: number;
  readonly service: string;
  readonly model: string;
  /** Milliseconds since 1970 at which the first connection arrived. */
  readonly originMs: number;
  /** Milliseconds from the origin to the last end of a connection. */
  readonly lengthMs: number;
  /** The connections in the order in which they arrived. */
  readonly spans: readonly Span[];
  /** When main's loop did not turn, in the order of time. */
  readonly blocks: readonly Block[];
  /** The same for the loops of workers, by the number of their thread. */
  readonly workerBlocks: ReadonlyMap<number, readonly Block[]>;
  /** How many more of these the log has. */
  readonly blocksLeftOut: number;
  /** The client threads in the order of their numbers. */
  readonly threads: readonly ThreadLife[];
}

/** Builds the timeline of a run; a run without connections gives one without spans. */
export function timelineOf(run: Run): Timeline {
  const known = [...run.connections].map(([connection, facts]) => ({ connection, ...facts }));
  const originMs = known.reduce((least, facts) => Math.min(least, arrivedAt(facts)), run.lastMs);
  const since = (ms: number) => Math.max(0, toMicroseconds(ms - originMs));
  const closed = known.flatMap((facts) =>
    facts.closing ? [closedSpan(facts, facts.closing, since)] : [],
  );
  const logEndMs = since(run.lastMs);
  const unclosed = known.filter(({ closing }) => !closing);
  const firstOpen = unclosed
    .filter(({ refused }) => !refused)
    .reduce((least, { connection }) => Math.min(least, connection), Infinity);
  const context = { run, closed, since, logEndMs, firstOpen };
  const open = unclosed.map((facts) => openSpan(facts, context));
  const numbers = threadNumbers(run, [...closed, ...open]);
  const all = [...closed, ...open];
  const spans = (run.model === WORKERS ? all : withoutRoundingOverlaps(all))
    .map((span) => ({ ...span, thread: numbers.get(span.thread) ?? span.thread }))
    .sort((a, b) => a.arrivedMs - b.arrivedMs || a.connection - b.connection);
  const lengthMs = spans.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
  const blocks = blocksByThread(run.blocks, originMs, lengthMs);
  return {
    pid: run.pid,
    service: run.service ?? 'unknown service',
    model: run.model ?? 'unknown model',
    originMs,
    lengthMs,
    spans,
    blocks: blocks.get(MAIN_THREAD) ?? [],
    workerBlocks: new Map(
      [...blocks].flatMap(([thread, held]) =>
        thread === MAIN_THREAD ? [] : [[numbers.get(thread) ?? thread, held] as const],
      ),
    ),
    blocksLeftOut: run.blocksLeftOut,
    threads: threadsOf(run, numbers, since),
  };
}

/** When the loop on which a client is served did not turn. */
export function blocksOn(
  { thread }: Pick<Span, 'thread'>,
  { blocks, workerBlocks }: Pick<Timeline, 'blocks' | 'workerBlocks'>,
): readonly Block[] {
  if (thread === MAIN_THREAD) return blocks;
  return typeof thread === 'number' ? (workerBlocks.get(thread) ?? []) : [];
}

/** The model whose threads serve several clients at once. */
export const WORKERS = 'worker-event-loops';

type Facts = ConnectionFacts & { readonly connection: number };
type Since = (ms: number) => number;

function isRefused({ refused, closing }: ConnectionFacts): boolean {
  return refused || closing?.reason === 'refused';
}

function arrivedAt(facts: Facts): number {
  return acceptedAt(facts) - (facts.backlogMs ?? 0);
}

function acceptedAt(facts: Facts): number {
  const { acceptedMs, closing, receivedMs, sentMs } = facts;
  // A refused client's `closed` line does not say how long the server waited for it to hang up.
  if (closing && isRefused(facts) && acceptedMs !== undefined) return acceptedMs;
  // The durations of a `closed` line have fractions; the time of an `accepted` line has none.
  if (closing) return closing.atMs - closing.servedMs - closing.waitedMs;
  return acceptedMs ?? receivedMs[0] ?? sentMs[0] ?? Infinity;
}

function closedSpan(facts: Facts, closing: Closing, since: Since): Span {
  const { thread, servedMs, atMs } = closing;
  const startedMs = since(atMs - servedMs);
  const endMs = since(atMs);
  // The log truncates message times to milliseconds: a message may seem to precede its service.
  const within = (ms: number) => Math.min(endMs, Math.max(startedMs, since(ms)));
  // If the thread died before its handler began, the service time is 0.
  const isStarted = thread !== undefined && servedMs > 0;
  return {
    connection: facts.connection,
    peer: facts.peer,
    thread: thread ?? 'none',
    ...waitsOf(facts, thread, isStarted ? startedMs : endMs, since),
    startedMs: isStarted ? startedMs : undefined,
    served: servedTimesOf(closing),
    endMs,
    reason: closing.reason,
    isRefused: isRefused(facts),
    bytesIn: closing.bytesIn,
    bytesOut: closing.bytesOut,
    receivedMs: facts.receivedMs.map(within),
    sentMs: facts.sentMs.map(within),
  };
}

/** @param untilMs when its handler began, or when the connection ended without one */
function waitsOf(
  facts: Facts,
  thread: Span['thread'] | undefined,
  untilMs: number,
  since: Since,
): Pick<Span, 'arrivedMs' | 'isArrivalKnown' | 'acceptedMs' | 'takenMs'> {
  const acceptedMs = since(acceptedAt(facts));
  const { queuedMs } = facts.closing ?? {};
  // A log of 0.1.0 has only the sum. A client that was not queued waited for its thread.
  const isForThread = typeof thread === 'number' && thread !== MAIN_THREAD && !facts.queued;
  const takenMs =
    queuedMs !== undefined ? acceptedMs + queuedMs : isForThread ? acceptedMs : untilMs;
  return {
    arrivedMs: since(arrivedAt(facts)),
    isArrivalKnown: facts.backlogMs !== undefined,
    acceptedMs,
    takenMs: toMicroseconds(Math.min(Math.max(takenMs, acceptedMs), untilMs)),
  };
}

function servedTimesOf({ computedMs, loopWaitMs, coreWaitMs }: Closing): Span['served'] {
  if (computedMs === undefined) return undefined;
  return { computedMs, loopWaitMs: loopWaitMs ?? 0, coreWaitMs: coreWaitMs ?? 0 };
}

interface LogContext {
  readonly run: Run;
  readonly closed: readonly Span[];
  readonly since: Since;
  readonly logEndMs: number;
  /** The first connection that was neither refused nor closed. */
  readonly firstOpen: number;
}

function openSpan(facts: Facts, context: LogContext): Span {
  const { since, logEndMs } = context;
  const acceptedMs = since(acceptedAt(facts));
  const { thread, startedMs } = inferService(facts, acceptedMs, context);
  return {
    connection: facts.connection,
    peer: facts.peer,
    thread,
    ...waitsOf(facts, thread, startedMs ?? logEndMs, since),
    startedMs,
    served: undefined,
    endMs: logEndMs,
    reason: undefined,
    isRefused: facts.refused,
    bytesIn: 0,
    bytesOut: 0,
    receivedMs: facts.receivedMs.map(since),
    sentMs: facts.sentMs.map(since),
  };
}

/** Infers from the log which thread serves an open connection, and since when. */
function inferService(
  facts: Facts,
  acceptedMs: number,
  { run, closed, since, firstOpen }: LogContext,
): Pick<Span, 'thread' | 'startedMs'> {
  if (facts.refused) return { thread: 'none', startedMs: undefined };
  if (run.model === 'event-loop') return { thread: MAIN_THREAD, startedMs: acceptedMs };
  if (run.model === 'iterative') {
    // The iterative server serves a client when all clients before it have ended.
    if (facts.connection !== firstOpen) return { thread: 'none', startedMs: undefined };
    const before = [...run.connections].filter(
      ([id, { refused }]) => id < facts.connection && !refused,
    );
    const ends = before.map(([, { closing }]) => since(closing?.atMs ?? 0));
    return {
      thread: MAIN_THREAD,
      startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), acceptedMs),
    };
  }
  const thread = facts.messageThread;
  if (thread !== undefined && run.model === WORKERS) return { thread, startedMs: acceptedMs };
  if (thread !== undefined) {
    // Main hands a client over when the thread has started and its previous client has ended.
    const upMs = since(run.threads.get(thread)?.startedMs ?? 0);
    const ends = closed.filter((span) => span.thread === thread).map(({ endMs }) => endMs);
    return {
      thread,
      startedMs: ends.reduce((latest, ms) => Math.max(latest, ms), Math.max(acceptedMs, upMs)),
    };
  }
  // Main hands over a client that is not queued at once; for a queued one the log says nothing.
  return { thread: 'unknown', startedMs: facts.queued ? undefined : acceptedMs };
}

/**
 * Removes overlaps of up to 2 ms between the clients of a thread: they come from rounding.
 *
 * A thread serves one client at a time, but the times of `closed` lines are whole milliseconds.
 * Larger overlaps stay: they come from a clock that was set back.
 */
function withoutRoundingOverlaps(spans: readonly Span[]): Span[] {
  const ends = new Map<number, number>();
  const inOrder = [...spans].sort(
    (a, b) => (a.startedMs ?? a.acceptedMs) - (b.startedMs ?? b.acceptedMs),
  );
  return inOrder.map((span) => {
    const { thread, startedMs, endMs } = span;
    if (typeof thread !== 'number' || thread === MAIN_THREAD || startedMs === undefined)
      return span;
    const before = ends.get(thread) ?? 0;
    const cutOffMs = startedMs < before && before - startedMs <= 2 ? before - startedMs : 0;
    const moved = (ms: number) => toMicroseconds(ms + cutOffMs);
    ends.set(thread, Math.max(before, moved(endMs)));
    if (cutOffMs === 0) return span;
    return {
      ...span,
      arrivedMs: moved(span.arrivedMs),
      acceptedMs: moved(span.acceptedMs),
      takenMs: moved(span.takenMs),
      startedMs: before,
      endMs: moved(endMs),
    };
  });
}

/** Returns the numbers of client threads, by those in the log: in the order of their first use. */
function threadNumbers(run: Run, spans: readonly Span[]): Map<Span['thread'], number> {
  const inOrder = [...spans].sort(
    (a, b) => (a.startedMs ?? a.endMs) - (b.startedMs ?? b.endMs) || a.connection - b.connection,
  );
  const used = inOrder.map(({ thread }) => thread).filter((thread) => typeof thread === 'number');
  const all = new Set([...used, ...[...run.threads.keys()].sort((a, b) => a - b)]);
  all.delete(MAIN_THREAD);
  return new Map([...all].map((thread, index) => [thread, index + 1]));
}

function threadsOf(run: Run, numbers: Map<Span['thread'], number>, since: Since): ThreadLife[] {
  return [...numbers].map(([threadInLog, thread]) => {
    const { startedMs, lostMs } = run.threads.get(Number(threadInLog)) ?? {};
    return {
      thread,
      threadInLog: Number(threadInLog),
      startedMs: startedMs === undefined ? undefined : since(startedMs),
      lostMs: lostMs === undefined ? undefined : since(lostMs),
    };
  });
}
