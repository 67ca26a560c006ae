/**
 * Places the lanes and rows of a timeline in the picture: heights in pixels, from top to bottom.
 *
 * The picture has limits, because thousands of bars are unreadable and slow to draw. Notes below
 * the title count everything that is left out. Read rows.ts next.
 */
import { MAIN_THREAD, type Span, type Timeline } from './connections.js';
import { lanesOf, type Lane, type Row } from './rows.js';
import { formatDuration, plural } from './summary.js';

/** One timeline of a picture, with its texts. */
export interface Section {
  readonly title: string;
  /** The line below the title, with its full stop. */
  readonly sentence: string;
  readonly timeline: Timeline;
  /** Names of clients by connection number; a client without one is shown by its number. */
  readonly names?: ReadonlyMap<number, string>;
  /** Shows only connections that overlap this window; undefined: all. */
  readonly window?: TimeWindow;
}

/** Milliseconds from the origin, both ends included. */
interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PlacedRow {
  readonly lane: string;
  /** Whether it is the first row of its lane, which has the lane's name beside it. */
  readonly isFirst: boolean;
  /** Whether it is the row for accepts and messages on the main thread. */
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
  /** The connections that are drawn, in the order in which they were accepted. */
  readonly spans: readonly Span[];
  readonly showsMessages: boolean;
  /** When the last of these connections ends, in milliseconds from the origin. */
  readonly lastMs: number;
  /** Lines between the sentence and the rows that say what is left out. */
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

/** Returns a row's height: room for labels if there are few rows, less if there are many. */
function rowHeightPx(rows: number): number {
  return rows <= 24 ? 28 : rows <= 80 ? 17 : 10;
}

/**
 * Places one section in the picture.
 * @param top pixels from the top of the picture to the top of the section's title
 */
export function placeSection(section: Section, top: number): PlacedSection {
  const { timeline, window } = section;
  const touched = window
    ? timeline.spans.filter(
        ({ acceptedMs, endMs }) => endMs >= window.fromMs && acceptedMs <= window.toMs,
      )
    : timeline.spans;
  const chosen = touched.slice(0, MAX_CONNECTIONS);
  const lanes = lanesOf({ ...timeline, spans: chosen });
  const { shown, hiddenThreads, hiddenWaits } = applyLimits(lanes);
  const spans = drawnSpans(shown);
  const messages = spans.reduce(
    (sum, { receivedMs, sentMs }) => sum + receivedMs.length + sentMs.length,
    0,
  );
  const showsMessages = messages <= MAX_MESSAGE_TICKS;
  const notes = [
    window
      ? `Only what overlaps ${formatDuration(window.fromMs)} to ${formatDuration(Math.min(window.toMs, timeline.lengthMs))}: ${plural(touched.length, 'connection')} of ${timeline.spans.length.toLocaleString('en')}.`
      : '',
    spans.length < touched.length
      ? `Left out: ${plural(touched.length - spans.length, 'connection')} of ${touched.length.toLocaleString('en')}. A picture shows the first ${MAX_CONNECTIONS.toLocaleString('en')}, ${MAX_MAIN_ROWS} at once on main, ${MAX_WAITING_ROWS} waiting; --from and --to choose others, .json has all.`
      : '',
    hiddenWaits > 0
      ? `Left out: the waiting of ${plural(hiddenWaits, 'client')}; ${MAX_WAITING_ROWS} at once are shown.`
      : '',
    hiddenThreads > 0
      ? `Left out: ${plural(hiddenThreads, 'thread')} after the first ${MAX_THREADS}.`
      : '',
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

function applyLimits(lanes: readonly Lane[]): {
  shown: Lane[];
  hiddenThreads: number;
  hiddenWaits: number;
} {
  let hiddenWaits = 0;
  let threads = 0;
  const shown: Lane[] = [];
  for (const lane of lanes) {
    if (lane.life && ++threads > MAX_THREADS) continue;
    const most = lane.isMain ? MAX_MAIN_ROWS : MAX_WAITING_ROWS;
    const hidden = lane.rows.slice(most).flat();
    // Counts the waits of clients that are served later; others count as connections left out.
    hiddenWaits += hidden.filter(
      ({ kind, span }) => kind === 'waits' && !lane.isMain && span.startedMs !== undefined,
    ).length;
    shown.push({ ...lane, rows: lane.rows.slice(0, most) });
  }
  return { shown, hiddenThreads: Math.max(0, threads - MAX_THREADS), hiddenWaits };
}

/**
 * Returns the connections that count as drawn: a wait alone does not, if the service is left out.
 */
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
    ownRows.forEach((segments, index) =>
      place(segments, false, !isMain && index === 0, segmentRowHeight),
    );
    y += segmentRowHeight >= 17 ? 4 : 0;
  }
  return rows;
}

/** Returns the accepts and messages on the main thread, with their times. */
export function mainThreadEvents({
  spans,
  showsMessages,
}: PlacedSection): { span: Span; atMs: number; accepts: boolean }[] {
  return spans.flatMap((span) => {
    const messages =
      showsMessages && span.thread === MAIN_THREAD ? [...span.receivedMs, ...span.sentMs] : [];
    return [
      { span, atMs: span.acceptedMs, accepts: true },
      ...messages.map((atMs) => ({ span, atMs, accepts: false })),
    ];
  });
}
