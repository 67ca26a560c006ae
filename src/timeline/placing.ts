/**
 * Lanes and rows as places in a picture, from top to bottom, in pixels; and what is left out of it, since ten thousand
 * bars are neither readable nor quickly drawn. What is left out is counted and said, never dropped in silence.
 */
import { MAIN_THREAD, type Span, type Timeline } from './connections.js';
import { lanesOf, type Lane, type Row } from './rows.js';
import { formatDuration, plural } from './summary.js';

/** What one timeline of a picture shows. */
export interface Section {
  readonly title: string;
  /** Below the title. */
  readonly sentence: string;
  readonly timeline: Timeline;
  /** What clients are called, by connection; others by their number. */
  readonly names?: ReadonlyMap<number, string>;
  /** Only connections that touch this stretch of time, in milliseconds from the origin. */
  readonly window?: TimeWindow;
}

interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlacedRow {
  readonly lane: string;
  /** The first of its lane has the lane's name beside it. */
  readonly isFirst: boolean;
  readonly isMainEventsRow: boolean;
  readonly life: Lane['life'];
  readonly segments: Row;
  readonly top: number;
  readonly height: number;
}

export interface PlacedSection {
  readonly section: Section;
  readonly titleTop: number;
  readonly rows: readonly PlacedRow[];
  readonly bottom: number;
  /** The connections that are drawn, accepted first to last. */
  readonly spans: readonly Span[];
  readonly showsMessages: boolean;
  /** When the last of them ends, in milliseconds from the origin. */
  readonly lastMs: number;
  /** What is left out, a line each, between the sentence and the rows. */
  readonly notes: readonly string[];
}

const MAX_CONNECTIONS = 2000;
const MAX_MESSAGE_TICKS = 10_000;
const MAX_MAIN_ROWS = 60;
const MAX_WAITING_ROWS = 24;
const MAX_THREADS = 100;

const TITLE_HEIGHT_PX = 46;
export const NOTE_HEIGHT_PX = 17;
const MAIN_EVENTS_HEIGHT_PX = 22;

/** Bars of few rows are as high as their labels need; of many, as low as they can be told apart. */
function rowHeightPx(rows: number): number {
  return rows <= 24 ? 28 : rows <= 80 ? 17 : 10;
}

/** @param top where its title begins */
export function placeSection(section: Section, top: number): PlacedSection {
  const { timeline, window } = section;
  const touched = window
    ? timeline.spans.filter(({ acceptedMs, endMs }) => endMs >= window.fromMs && acceptedMs <= window.toMs)
    : timeline.spans;
  const chosen = touched.slice(0, MAX_CONNECTIONS);
  const lanes = lanesOf({ ...timeline, spans: chosen });
  const { shown, hiddenThreads, hiddenWaits } = applyLimits(lanes);
  const spans = drawnSpans(shown);
  const messages = spans.reduce((sum, { receivedMs, sentMs }) => sum + receivedMs.length + sentMs.length, 0);
  const showsMessages = messages <= MAX_MESSAGE_TICKS;
  const notes = [
    window
      ? `Only what touches ${formatDuration(window.fromMs)} to ${formatDuration(Math.min(window.toMs, timeline.lengthMs))}: ${plural(touched.length, 'connection')} of ${timeline.spans.length.toLocaleString('en')}.`
      : '',
    spans.length < touched.length
      ? `Left out: ${plural(touched.length - spans.length, 'connection')} of ${touched.length.toLocaleString('en')}. A picture shows the first ${MAX_CONNECTIONS.toLocaleString('en')}, ${MAX_MAIN_ROWS} at once on main, ${MAX_WAITING_ROWS} waiting; --from and --to choose others, .json has all.`
      : '',
    hiddenWaits > 0
      ? `Left out: the waiting of ${plural(hiddenWaits, 'client')}; ${MAX_WAITING_ROWS} at once are shown.`
      : '',
    hiddenThreads > 0 ? `Left out: ${plural(hiddenThreads, 'thread')} after the first ${MAX_THREADS}.` : '',
    showsMessages ? '' : `Left out: the ticks of ${messages.toLocaleString('en')} messages.`,
  ].filter((note) => note !== '');
  const rows = placeRows(shown, top + TITLE_HEIGHT_PX + notes.length * NOTE_HEIGHT_PX);
  const last = rows.at(-1);
  return {
    section,
    titleTop: top,
    rows,
    bottom: (last ? last.top + last.height : top) + 8,
    spans,
    lastMs: spans.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
    showsMessages,
    notes,
  };
}

function applyLimits(lanes: readonly Lane[]): { shown: Lane[]; hiddenThreads: number; hiddenWaits: number } {
  let hiddenWaits = 0;
  let threads = 0;
  const shown: Lane[] = [];
  for (const lane of lanes) {
    if (lane.life && ++threads > MAX_THREADS) continue;
    const most = lane.isMain ? MAX_MAIN_ROWS : MAX_WAITING_ROWS;
    const hidden = lane.rows.slice(most).flat();
    // Of those who are served later; the others are not drawn at all.
    hiddenWaits += hidden.filter(
      ({ kind, span }) => kind === 'waits' && !lane.isMain && span.startedMs !== undefined,
    ).length;
    shown.push({ ...lane, rows: lane.rows.slice(0, most) });
  }
  return { shown, hiddenThreads: Math.max(0, threads - MAX_THREADS), hiddenWaits };
}

/** A client whose service is cut off is not counted as drawn, even if its wait is. */
function drawnSpans(lanes: readonly Lane[]): Span[] {
  const drawn = new Set<Span>();
  for (const { rows } of lanes) {
    for (const { span, kind } of rows.flat()) {
      if (kind !== 'waits' || span.startedMs === undefined) drawn.add(span);
    }
  }
  return [...drawn].sort((a, b) => a.acceptedMs - b.acceptedMs || a.connection - b.connection);
}

function placeRows(lanes: readonly Lane[], top: number): PlacedRow[] {
  const segmentRowHeight = rowHeightPx(lanes.reduce((sum, { rows }) => sum + rows.length, 0));
  const rows: PlacedRow[] = [];
  let y = top;
  for (const { name: lane, isMain, rows: ownRows, life } of lanes) {
    const place = (segments: Row, isMainEventsRow: boolean, isFirst: boolean, height: number) => {
      rows.push({ lane, isFirst, isMainEventsRow, life, segments, top: y, height });
      y += height;
    };
    if (isMain) place([], true, true, MAIN_EVENTS_HEIGHT_PX);
    ownRows.forEach((segments, index) => place(segments, false, !isMain && index === 0, segmentRowHeight));
    y += segmentRowHeight >= 17 ? 4 : 0;
  }
  return rows;
}

/** What main did for clients, as points in time. */
export function mainThreadEvents({
  spans,
  showsMessages,
}: PlacedSection): { span: Span; atMs: number; accepts: boolean }[] {
  return spans.flatMap((span) => {
    const messages = showsMessages && span.thread === MAIN_THREAD ? [...span.receivedMs, ...span.sentMs] : [];
    return [
      { span, atMs: span.acceptedMs, accepts: true },
      ...messages.map((atMs) => ({ span, atMs, accepts: false })),
    ];
  });
}
