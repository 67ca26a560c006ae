/**
 * Timelines in Chromium's Trace Event Format, which ui.perfetto.dev and chrome://tracing open. Each
 * server is a process. Each row is a thread, since events of one thread must not overlap. Times and
 * durations are in microseconds. Nothing is left out. Pure.
 */
import type { Span, Timeline } from './connections.js';
import { lanesOf, type Lane, type Piece } from './rows.js';

interface TraceEvent {
  readonly name: string;
  readonly cat?: string;
  /** X: complete, with a duration; i: an instant; M: metadata, such as a thread's name. */
  readonly ph: 'X' | 'i' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** Scope of an instant: its thread. */
  readonly s?: 't';
  readonly args?: Readonly<Record<string, string | number>>;
}

/** The object form of the format. */
interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
}

/** A row in the viewer. */
interface Track {
  readonly pid: number;
  readonly tid: number;
}

/** Converts timelines to one trace. */
export function traceOf(timelines: readonly Timeline[]): Trace {
  return {
    // Processes are numbered from 1, since servers of several machines may share an id.
    traceEvents: timelines.flatMap((timeline, index) => eventsOf(timeline, index + 1)),
    displayTimeUnit: 'ms',
  };
}

function eventsOf(timeline: Timeline, pid: number): TraceEvent[] {
  const events = [metadata('process_name', { pid, tid: 0 }, titleOf(timeline))];
  let tid = 0;
  for (const lane of lanesOf(timeline)) {
    const own = { pid, tid: ++tid };
    events.push(...named(own, lane.name));
    if (lane.isMain) {
      const accepts = timeline.spans.map((span) =>
        instant(own, `accepts ${span.connection}`, span.acceptedMs, span),
      );
      events.push(...accepts);
    }
    events.push(...threadEvents(lane, own));
    // A client thread's first row is the thread itself. Main's clients have rows of their own.
    lane.rows.forEach((row, index) => {
      const track = !lane.isMain && index === 0 ? own : { pid, tid: ++tid };
      if (track !== own) events.push(...named(track, `${lane.name}, row ${index + 1}`));
      events.push(...row.flatMap((piece) => pieceEvents(piece, track, timeline)));
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

function named(track: Track, name: string): TraceEvent[] {
  const order: TraceEvent = {
    name: 'thread_sort_index',
    ph: 'M',
    ...track,
    ts: 0,
    args: { sort_index: track.tid },
  };
  return [metadata('thread_name', track, name), order];
}

function threadEvents({ life }: Lane, track: Track): TraceEvent[] {
  const events: TraceEvent[] = [];
  if (life?.startedMs !== undefined) events.push(instant(track, 'thread started', life.startedMs));
  if (life?.lostMs !== undefined) events.push(instant(track, 'thread lost', life.lostMs));
  return events;
}

const MESSAGES = { received: 'receivedMs', sending: 'sentMs' } as const;

function pieceEvents(piece: Piece, track: Track, { service }: Timeline): TraceEvent[] {
  const { span, kind, fromMs, toMs } = piece;
  const { connection, peer, reason = 'open when the log ends', bytesIn, bytesOut } = span;
  const whole: TraceEvent = {
    name: kind === 'served' ? `${connection} ${service}` : `${connection} ${kind}`,
    cat: kind,
    ph: 'X',
    ...track,
    ts: microseconds(fromMs),
    dur: microseconds(toMs) - microseconds(fromMs),
    args: { connection, peer, service, reason, bytesIn, bytesOut },
  };
  if (kind === 'waits') return [whole];
  const messages = Object.entries(MESSAGES).flatMap(([name, times]) =>
    span[times].map((ms) => instant(track, name, ms, span)),
  );
  return [whole, ...messages];
}

function instant(track: Track, name: string, atMs: number, span?: Span): TraceEvent {
  const args = span && { args: { connection: span.connection, peer: span.peer } };
  return { name, cat: 'event', ph: 'i', ...track, ts: microseconds(atMs), s: 't', ...args };
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
