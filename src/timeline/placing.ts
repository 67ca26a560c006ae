/**
 * Places lanes and rows in a picture, from top to bottom, in pixels. Pure.
 *
 * Ten thousand bars are neither readable nor fast to draw, so a picture has limits. A note counts
 * whatever is left out.
 */
import { MAIN, type Span, type Timeline } from './connections.js';
import { lanesOf, type Lane, type Row } from './rows.js';
import { duration, plural } from './summary.js';

/** One timeline of a picture. */
export interface Section {
  readonly title: string;
  /** The line below the title. */
  readonly sentence: string;
  readonly timeline: Timeline;
  /** Names of clients by connection; a client without a name is shown by number. */
  readonly names?: ReadonlyMap<number, string>;
  /** Shows only connections within this window, in milliseconds from the origin. */
  readonly window?: TimeWindow;
}

interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlacedRow {
  readonly lane: string;
  /** The first row of a lane shows the lane's name. */
  readonly isFirst: boolean;
  readonly isMainEvents: boolean;
  readonly life: Lane['life'];
  readonly pieces: Row;
  readonly top: number;
  readonly height: number;
}

export interface PlacedSection {
  readonly section: Section;
  readonly titleTop: number;
  readonly rows: readonly PlacedRow[];
  readonly bottom: number;
  /** The connections that are drawn, in order of acceptance. */
  readonly spans: readonly Span[];
  readonly showsMessages: boolean;
  /** When the last of these connections ends, in milliseconds from the origin. */
  readonly lastMs: number;
  /** Lines between the sentence and the rows, one for each thing left out. */
  readonly notes: readonly string[];
}

const MAX_CONNECTIONS = 2000;
const MAX_MESSAGES = 10_000;
const MAX_ON_MAIN = 60;
const MAX_WAITING = 24;
const MAX_THREADS = 100;

const TITLE_HEIGHT = 46;
export const NOTE_HEIGHT = 17;
const MAIN_EVENTS_HEIGHT = 22;

/** Few rows are high enough for labels; many rows are as low as readable. */
function rowHeight(rows: number): number {
  return rows <= 24 ? 28 : rows <= 80 ? 17 : 10;
}

/**
 * Places one timeline.
 * @param top upper edge of the title, in pixels
 */
export function placeSection(section: Section, top: number): PlacedSection {
  const { timeline, window } = section;
  const touched = window
    ? timeline.spans.filter(({ acceptedMs, endMs }) => endMs >= window.fromMs && acceptedMs <= window.toMs)
    : timeline.spans;
  const chosen = touched.slice(0, MAX_CONNECTIONS);
  const lanes = lanesOf({ ...timeline, spans: chosen });
  const { shown, hiddenThreads, hiddenWaits } = limitLanes(lanes);
  const spans = spansOf(shown);
  const messages = spans.reduce((sum, { receivedMs, sentMs }) => sum + receivedMs.length + sentMs.length, 0);
  const showsMessages = messages <= MAX_MESSAGES;
  const notes = [
    window
      ? `Shows only ${duration(window.fromMs)} to ${duration(Math.min(window.toMs, timeline.lengthMs))}: ${plural(touched.length, 'connection')} of ${timeline.spans.length.toLocaleString('en')}.`
      : '',
    spans.length < touched.length
      ? `Left out: ${plural(touched.length - spans.length, 'connection')} of ${touched.length.toLocaleString('en')}. A picture shows the first ${MAX_CONNECTIONS.toLocaleString('en')}, ${MAX_ON_MAIN} at once on main, ${MAX_WAITING} waiting; --from and --to choose others, .json has all.`
      : '',
    hiddenWaits > 0
      ? `Left out: the waiting of ${plural(hiddenWaits, 'client')}; ${MAX_WAITING} at once are shown.`
      : '',
    hiddenThreads > 0 ? `Left out: ${plural(hiddenThreads, 'thread')} after the first ${MAX_THREADS}.` : '',
    showsMessages ? '' : `Left out: the ticks of ${messages.toLocaleString('en')} messages.`,
  ].filter((note) => note !== '');
  const rows = placeRows(shown, top + TITLE_HEIGHT + notes.length * NOTE_HEIGHT);
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

function limitLanes(lanes: readonly Lane[]): { shown: Lane[]; hiddenThreads: number; hiddenWaits: number } {
  let hiddenWaits = 0;
  let threads = 0;
  const shown: Lane[] = [];
  for (const lane of lanes) {
    if (lane.life && ++threads > MAX_THREADS) continue;
    const most = lane.isMain ? MAX_ON_MAIN : MAX_WAITING;
    const hidden = lane.rows.slice(most).flat();
    // Only clients that are served later: the others are counted as connections left out.
    hiddenWaits += hidden.filter(
      ({ kind, span }) => kind === 'waits' && !lane.isMain && span.startedMs !== undefined,
    ).length;
    shown.push({ ...lane, rows: lane.rows.slice(0, most) });
  }
  return { shown, hiddenThreads: Math.max(0, threads - MAX_THREADS), hiddenWaits };
}

/** A connection counts as drawn only if its service is, not if only its wait is. */
function spansOf(lanes: readonly Lane[]): Span[] {
  const drawn = new Set<Span>();
  for (const { rows } of lanes) {
    for (const { span, kind } of rows.flat()) {
      if (kind !== 'waits' || span.startedMs === undefined) drawn.add(span);
    }
  }
  return [...drawn].sort((a, b) => a.acceptedMs - b.acceptedMs || a.connection - b.connection);
}

function placeRows(lanes: readonly Lane[], top: number): PlacedRow[] {
  const height = rowHeight(lanes.reduce((sum, { rows }) => sum + rows.length, 0));
  const rows: PlacedRow[] = [];
  let y = top;
  for (const { name: lane, isMain, rows: ownRows, life } of lanes) {
    const place = (pieces: Row, isMainEvents: boolean, isFirst: boolean, rowHeightPx: number) => {
      rows.push({ lane, isFirst, isMainEvents, life, pieces, top: y, height: rowHeightPx });
      y += rowHeightPx;
    };
    if (isMain) place([], true, true, MAIN_EVENTS_HEIGHT);
    ownRows.forEach((pieces, index) => place(pieces, false, !isMain && index === 0, height));
    y += height >= 17 ? 4 : 0;
  }
  return rows;
}

/** Returns the events of the main thread: accepts, and messages of the clients that it serves. */
export function mainEvents({
  spans,
  showsMessages,
}: PlacedSection): { span: Span; atMs: number; accepts: boolean }[] {
  return spans.flatMap((span) => {
    const messages = showsMessages && span.thread === MAIN ? [...span.receivedMs, ...span.sentMs] : [];
    return [
      { span, atMs: span.acceptedMs, accepts: true },
      ...messages.map((atMs) => ({ span, atMs, accepts: false })),
    ];
  });
}
