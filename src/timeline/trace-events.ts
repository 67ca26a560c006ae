/**
 * Writes timelines in the Chromium project's "Trace Event Format", which ui.perfetto.dev and
 * chrome://tracing open.
 *
 * Each server is a process and each row a thread, because the events of a thread must not overlap.
 * Times and durations are in microseconds. No connection is left out. A slice of a client's service
 * has the sums of its states as arguments, and slices in it where the log tells their order. A log
 * can have millions of events, so they are made one at a time, and their text in pieces. Read
 * rows.ts next.
 */
import { toMicroseconds } from '../base/clock.js';
import type { Block } from './blocks.js';
import { blocksOn, type Span, type Timeline } from './connections.js';
import { countBlocks, partsOf } from './parts.js';
import { isWait, lanesOf, type Lane, type Segment } from './rows.js';
import { STATES, STATE_TEXTS, stateTimesOf, type State } from './states.js';

/** The category of slices inside of a client's service. */
const STATE_CATEGORY = 'state';
/** With more, counted once for each client that main serves meanwhile, there are only the sums. */
const MAX_BLOCKS_IN_SERVICE = 100_000;

interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  /** X: complete, with a duration; i: an instant; M: metadata, such as the name of a thread. */
  readonly ph: 'X' | 'i' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** The scope of an instant: its thread only. */
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The process and the thread of the trace that an event belongs to. */
interface Track {
  readonly pid: number;
  readonly tid: number;
}

/**
 * Returns the trace of all timelines as JSON text, in the object form of the format. Each timeline
 * is a process of its own.
 * @returns short pieces of the text, one for each event
 */
export function* traceText(timelines: readonly Timeline[]): Generator<string> {
  let before = '{"displayTimeUnit":"ms","traceEvents":[\n';
  for (const event of traceEvents(timelines)) {
    yield `${before}${JSON.stringify(event)}`;
    before = ',\n';
  }
  yield ']}\n';
}

function* traceEvents(timelines: readonly Timeline[]): Generator<TraceEvent> {
  // Consecutive numbers, because servers on several machines may have the same process id.
  for (const [index, timeline] of timelines.entries()) yield* eventsOf(timeline, index + 1);
}

function* eventsOf(timeline: Timeline, pid: number): Generator<TraceEvent> {
  yield metadata('process_name', { pid, tid: 0 }, titleOf(timeline));
  const blockCount = timeline.spans.reduce(
    (sum, span) => sum + countBlocks(span, blocksOn(span, timeline)),
    0,
  );
  const showsInside = blockCount <= MAX_BLOCKS_IN_SERVICE;
  let tid = 0;
  for (const lane of lanesOf(timeline)) {
    const own = { pid, tid: ++tid };
    yield* threadMetadata(own, lane.name);
    if (lane.isMain) yield* eventsOfMain(timeline, own);
    yield* lifeOf(lane, own);
    for (const [index, row] of lane.rows.entries()) {
      // The first row of a client thread shares the thread's track; main's clients have their own.
      const track = !lane.isMain && index === 0 ? own : { pid, tid: ++tid };
      if (track !== own) yield* threadMetadata(track, `${lane.name}, row ${index + 1}`);
      for (const segment of row) {
        const blocks = showsInside ? blocksOn(segment.span, timeline) : [];
        yield* eventsOfSegment(segment, track, timeline, blocks);
      }
    }
  }
}

function* eventsOfMain({ spans, blocks }: Timeline, track: Track): Generator<TraceEvent> {
  for (const span of spans) {
    yield instant(track, `accepts ${span.connection}`, span.acceptedMs, span);
  }
  for (const block of blocks) yield eventOfBlock(block, track);
}

function titleOf({ service, model, pid }: Timeline): string {
  return `${service}, ${model} (pid ${pid})`;
}

function metadata(name: string, track: Track, value: string): TraceEvent {
  return { name, ph: 'M', ...track, ts: 0, args: { name: value } };
}

function threadMetadata(track: Track, name: string): TraceEvent[] {
  const order: TraceEvent = {
    name: 'thread_sort_index',
    ph: 'M',
    ...track,
    ts: 0,
    args: { sort_index: track.tid },
  };
  return [metadata('thread_name', track, name), order];
}

function* lifeOf({ life }: Lane, track: Track): Generator<TraceEvent> {
  if (life?.startedMs !== undefined) yield instant(track, 'thread started', life.startedMs);
  if (life?.lostMs !== undefined) yield instant(track, 'thread lost', life.lostMs);
}

function* eventsOfSegment(
  segment: Segment,
  track: Track,
  { service }: Timeline,
  blocks: readonly Block[],
): Generator<TraceEvent> {
  const { span, kind, fromMs, toMs } = segment;
  const { connection, peer, reason = 'open when the log ends', bytesIn, bytesOut } = span;
  const whole = { connection, peer, service, reason, bytesIn, bytesOut };
  if (isWait(segment)) {
    const text = kind === 'ready' ? 'waits for a thread' : STATE_TEXTS[kind as State];
    yield slice(`${connection} ${text}`, kind, track, fromMs, toMs, whole);
    return;
  }
  const name = `${connection} ${kind === 'served' ? service : kind}`;
  yield slice(name, kind, track, fromMs, toMs, { ...whole, ...sumsOf(span) });
  for (const part of kind === 'served' ? partsOf(span, blocks) : []) {
    // Slices cannot share the height of a track as the states of a picture do.
    if (part.state === 'served' || part.high - part.low < 1) continue;
    yield slice(STATE_TEXTS[part.state], STATE_CATEGORY, track, part.fromMs, part.toMs);
  }
  for (const ms of span.receivedMs) yield instant(track, 'received', ms, span);
  for (const ms of span.sentMs) yield instant(track, 'sending', ms, span);
}

/** Returns the milliseconds that a client was in each state, as far as the log tells. */
function sumsOf(span: Span): Record<string, number> {
  const times = stateTimesOf(span);
  const known = STATES.flatMap((state) => {
    const ms = times[state];
    return ms === undefined ? [] : [[`${STATE_TEXTS[state]}, ms`, toMicroseconds(ms)] as const];
  });
  return Object.fromEntries(known);
}

function eventOfBlock({ holder, heldFromMs, fromMs, toMs }: Block, track: Track): TraceEvent {
  return holder === undefined
    ? slice('the loop does not turn', 'blocked', track, fromMs, toMs)
    : slice(`${holder} holds the loop`, 'blocked', track, heldFromMs, toMs, { connection: holder });
}

function slice(
  name: string,
  cat: string,
  track: Track,
  fromMs: number,
  toMs: number,
  args?: TraceEvent['args'],
): TraceEvent {
  const dur = microseconds(toMs) - microseconds(fromMs);
  return { name, cat, ph: 'X', ...track, ts: microseconds(fromMs), dur, ...(args && { args }) };
}

function instant(track: Track, name: string, atMs: number, span?: Span): TraceEvent {
  const args = span && { args: { connection: span.connection, peer: span.peer } };
  return { name, cat: 'event', ph: 'i', ...track, ts: microseconds(atMs), s: 't', ...args };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
