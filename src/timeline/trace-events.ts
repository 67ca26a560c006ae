/**
 * Writes timelines in the Chromium project's "Trace Event Format", which ui.perfetto.dev and
 * chrome://tracing open.
 *
 * Each server is a process and each row a thread, because the events of a thread must not overlap.
 * Times and durations are in microseconds. Nothing is left out. Read rows.ts next.
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
  let tid = 0;
  for (const lane of lanesOf(timeline)) {
    const own = { pid, tid: ++tid };
    events.push(...threadMetadata(own, lane.name));
    if (lane.isMain) {
      const accepts = timeline.spans.map((span) =>
        instant(own, `accepts ${span.connection}`, span.acceptedMs, span),
      );
      events.push(...accepts);
    }
    events.push(...lifeOf(lane, own));
    // The first row of a client thread shares the thread's track; main's clients have their own.
    lane.rows.forEach((row, index) => {
      const track = !lane.isMain && index === 0 ? own : { pid, tid: ++tid };
      if (track !== own) events.push(...threadMetadata(track, `${lane.name}, row ${index + 1}`));
      events.push(...row.flatMap((segment) => eventsOfSegment(segment, track, timeline)));
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

function eventsOfSegment(segment: Segment, track: Track, { service }: Timeline): TraceEvent[] {
  const { span, kind, fromMs, toMs } = segment;
  const { connection, peer, reason = 'open when the log ends', bytesIn, bytesOut } = span;
  const slice: TraceEvent = {
    name: kind === 'served' ? `${connection} ${service}` : `${connection} ${kind}`,
    cat: kind,
    ph: 'X',
    ...track,
    ts: microseconds(fromMs),
    dur: microseconds(toMs) - microseconds(fromMs),
    args: { connection, peer, service, reason, bytesIn, bytesOut },
  };
  if (kind === 'waits') return [slice];
  const messages = Object.entries(MESSAGE_TIMES).flatMap(([name, times]) =>
    span[times].map((ms) => instant(track, name, ms, span)),
  );
  return [slice, ...messages];
}

function instant(track: Track, name: string, atMs: number, span?: Span): TraceEvent {
  const args = span && { args: { connection: span.connection, peer: span.peer } };
  return { name, cat: 'event', ph: 'i', ...track, ts: microseconds(atMs), s: 't', ...args };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
