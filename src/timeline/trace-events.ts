/**
 * Writes timelines in the Chromium project's "Trace Event Format", which ui.perfetto.dev and
 * chrome://tracing open.
 *
 * Each server is a process and each row a thread, because the events of a thread must not overlap.
 * Times and durations are in microseconds. No connection is left out. A slice of a client's service
 * has the sums of its states as arguments, and slices in it where the log tells their order. Read
 * rows.ts next.
 */
import { toMicroseconds } from '../base/clock.js';
import type { Block } from './blocks.js';
import type { Span, Timeline } from './connections.js';
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

/** A trace in the object form of the format. */
interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
}

/** The process and the thread of the trace that an event belongs to. */
interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** Returns the trace of all timelines, each as a process of its own; serialize it as JSON. */
export function traceOf(timelines: readonly Timeline[]): Trace {
  return {
    // Consecutive numbers, because servers on several machines may have the same process id.
    traceEvents: timelines.flatMap((timeline, index) => eventsOf(timeline, index + 1)),
    displayTimeUnit: 'ms',
  };
}

function eventsOf(timeline: Timeline, pid: number): TraceEvent[] {
  const events = [metadata('process_name', { pid, tid: 0 }, titleOf(timeline))];
  const blockCount = timeline.spans.reduce(
    (sum, span) => sum + countBlocks(span, timeline.blocks),
    0,
  );
  const inside = blockCount <= MAX_BLOCKS_IN_SERVICE ? timeline.blocks : [];
  let tid = 0;
  for (const lane of lanesOf(timeline)) {
    const own = { pid, tid: ++tid };
    events.push(...threadMetadata(own, lane.name));
    if (lane.isMain) {
      const accepts = timeline.spans.map((span) =>
        instant(own, `accepts ${span.connection}`, span.acceptedMs, span),
      );
      events.push(...accepts, ...timeline.blocks.map((block) => eventOfBlock(block, own)));
    }
    events.push(...lifeOf(lane, own));
    // The first row of a client thread shares the thread's track; main's clients have their own.
    lane.rows.forEach((row, index) => {
      const track = !lane.isMain && index === 0 ? own : { pid, tid: ++tid };
      if (track !== own) events.push(...threadMetadata(track, `${lane.name}, row ${index + 1}`));
      events.push(...row.flatMap((segment) => eventsOfSegment(segment, track, timeline, inside)));
    });
  }
  return events;
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

function lifeOf({ life }: Lane, track: Track): TraceEvent[] {
  const events: TraceEvent[] = [];
  if (life?.startedMs !== undefined) events.push(instant(track, 'thread started', life.startedMs));
  if (life?.lostMs !== undefined) events.push(instant(track, 'thread lost', life.lostMs));
  return events;
}

const MESSAGE_TIMES = { received: 'receivedMs', sending: 'sentMs' } as const;

function eventsOfSegment(
  segment: Segment,
  track: Track,
  { service }: Timeline,
  blocks: readonly Block[],
): TraceEvent[] {
  const { span, kind, fromMs, toMs } = segment;
  const { connection, peer, reason = 'open when the log ends', bytesIn, bytesOut } = span;
  const whole = { connection, peer, service, reason, bytesIn, bytesOut, ...sumsOf(span) };
  if (isWait(segment)) {
    const text = kind === 'ready' ? 'waits for a thread' : STATE_TEXTS[kind as State];
    return [slice(`${connection} ${text}`, kind, track, fromMs, toMs, whole)];
  }
  const name = `${connection} ${kind === 'served' ? service : kind}`;
  const parts = kind === 'served' ? partsOf(span, blocks) : [];
  const messages = Object.entries(MESSAGE_TIMES).flatMap(([name, times]) =>
    span[times].map((ms) => instant(track, name, ms, span)),
  );
  return [
    slice(name, kind, track, fromMs, toMs, whole),
    ...parts
      .filter(({ low, high }) => high - low === 1)
      .filter((part) => part.state !== 'served')
      .map((part) =>
        slice(STATE_TEXTS[part.state as State], STATE_CATEGORY, track, part.fromMs, part.toMs),
      ),
    ...messages,
  ];
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
