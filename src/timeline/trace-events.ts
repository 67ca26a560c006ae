/**
 * Writes timelines in the Chromium project's "Trace Event Format", which ui.perfetto.dev and
 * chrome://tracing open.
 *
 * Each server is a process and each row a thread, because the events of a thread must not overlap.
 * Times and durations are in microseconds. Nothing is left out. A log can have millions of events,
 * so they are made one at a time, and their text in pieces. Read rows.ts next.
 */
import type { Span, Timeline } from './connections.js';
import { lanesOf, type Lane, type Segment } from './rows.js';

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
  let tid = 0;
  for (const lane of lanesOf(timeline)) {
    const own = { pid, tid: ++tid };
    yield* threadMetadata(own, lane.name);
    if (lane.isMain) yield* acceptsOf(timeline, own);
    yield* lifeOf(lane, own);
    for (const [index, row] of lane.rows.entries()) {
      // The first row of a client thread shares the thread's track; main's clients have their own.
      const track = !lane.isMain && index === 0 ? own : { pid, tid: ++tid };
      if (track !== own) yield* threadMetadata(track, `${lane.name}, row ${index + 1}`);
      for (const segment of row) yield* eventsOfSegment(segment, track, timeline);
    }
  }
}

function* acceptsOf({ spans }: Timeline, track: Track): Generator<TraceEvent> {
  for (const span of spans) {
    yield instant(track, `accepts ${span.connection}`, span.acceptedMs, span);
  }
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
): Generator<TraceEvent> {
  const { span, kind, fromMs, toMs } = segment;
  const { connection, peer, reason = 'open when the log ends', bytesIn, bytesOut } = span;
  yield {
    name: kind === 'served' ? `${connection} ${service}` : `${connection} ${kind}`,
    cat: kind,
    ph: 'X',
    ...track,
    ts: microseconds(fromMs),
    dur: microseconds(toMs) - microseconds(fromMs),
    args: { connection, peer, service, reason, bytesIn, bytesOut },
  };
  if (kind === 'waits') return;
  for (const ms of span.receivedMs) yield instant(track, 'received', ms, span);
  for (const ms of span.sentMs) yield instant(track, 'sending', ms, span);
}

function instant(track: Track, name: string, atMs: number, span?: Span): TraceEvent {
  const args = span && { args: { connection: span.connection, peer: span.peer } };
  return { name, cat: 'event', ph: 'i', ...track, ts: microseconds(atMs), s: 't', ...args };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
