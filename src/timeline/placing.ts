/**
 * Places the lanes and rows of a timeline in the picture: heights in pixels, from top to bottom.
 *
 * The picture has limits, because thousands of bars are unreadable and slow to draw. Notes below
 * the title count everything that is left out. Read rows.ts next.
 */
import { blocksOn, type Span, type Timeline } from './connections.js';
import { countBlocks } from './parts.js';
import { isWait, lanesOf, type Lane, type Row } from './rows.js';
import { formatDuration, plural } from './summary.js';

/** One timeline of a picture, with its texts. */
export interface Section {
  /** Stands above the title if this section is the first one of several that belong together. */
  readonly heading?: { readonly title: string; readonly sentence: string };
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

/** Whether a time overlaps the section's window. */
export function overlaps(fromMs: number, toMs: number, { window }: Section): boolean {
  return toMs >= (window?.fromMs ?? 0) && fromMs <= (window?.toMs ?? Infinity);
}

export interface PlacedRow {
  readonly lane: string;
  /** Whether it is the first row of its lane, which has the lane's name beside it. */
  readonly isFirst: boolean;
  /** Whether it is the row for accepts, messages and blocks on the main thread. */
  readonly isMainEventsRow: boolean;
  readonly life: Lane['life'];
  readonly segments: Row;
  readonly top: number;
  readonly height: number;
}

/** A line of text; `note`: it says what is left out. */
export interface PlacedText {
  readonly text: string;
  readonly kind: 'heading' | 'title' | 'sentence' | 'note';
  /** Where its centre is, in pixels from the top of the picture. */
  readonly y: number;
  readonly height: number;
}

/** What a picture looks like, apart from its data. */
export interface PictureStyle {
  readonly widthPx: number;
  /** Whether headings, titles and sentences are in the picture, not in the page around it. */
  readonly hasTitles: boolean;
  /** Extends the time axis to this time in ms, to compare pictures. */
  readonly toMs?: number;
}

export interface PlacedSection {
  readonly section: Section;
  /** The lines above the rows. */
  readonly texts: readonly PlacedText[];
  readonly rows: readonly PlacedRow[];
  readonly bottom: number;
  /** The connections that are drawn, in the order in which they were accepted. */
  readonly spans: readonly Span[];
  readonly showsMessages: boolean;
  /** Whether the bars show the order within a client's service, as far as the log tells. */
  readonly showsBlocks: boolean;
  /** When the last of these connections ends, in milliseconds from the origin. */
  readonly lastMs: number;
}

const MAX_CONNECTIONS = 2000;
const MAX_MESSAGE_TICKS = 10_000;
/** Counted once for each client that main serves meanwhile. */
const MAX_BLOCKS_IN_BARS = 10_000;
const MAX_MAIN_ROWS = 60;
const MAX_WAITING_ROWS = 24;
const MAX_THREADS = 100;

const TEXT_HEIGHTS_PX = { heading: 30, title: 30, sentence: 18, note: 17 } as const;
/** Below the last line of text. */
const TEXT_GAP_PX = 4;
/** An average, of a font of 13 px. */
const CHARACTER_WIDTH_PX = 6.6;
const MAIN_EVENTS_HEIGHT_PX = 22;
/** Below the events, for the bars that say who held the loop. */
export const BLOCKS_HEIGHT_PX = 20;

/** Returns a row's height: room for labels if there are few rows, less if there are many. */
function rowHeightPx(rows: number): number {
  return rows <= 24 ? 28 : rows <= 80 ? 17 : 10;
}

/**
 * Places one section in the picture.
 * @param top pixels from the top of the picture to the top of the section's title
 */
export function placeSection(section: Section, top: number, style: PictureStyle): PlacedSection {
  const { timeline, window } = section;
  const touched = window
    ? timeline.spans.filter(
        ({ arrivedMs, endMs }) => endMs >= window.fromMs && arrivedMs <= window.toMs,
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
  const blocks = spans.reduce((sum, span) => sum + countBlocks(span, blocksOn(span, timeline)), 0);
  const showsBlocks = blocks <= MAX_BLOCKS_IN_BARS;
  const held = [timeline.blocks, ...timeline.workerBlocks.values()].flat().length;
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
    timeline.blocksLeftOut > 0
      ? `Left out: ${plural(timeline.blocksLeftOut, 'time')} after the first ${held.toLocaleString('en')} in which ${timeline.workerBlocks.size > 0 ? 'a' : "main's"} loop was held.`
      : '',
    showsBlocks ? '' : 'Left out: when in its service a client computed; --from and --to show it.',
    showsMessages ? '' : `Left out: the ticks of ${messages.toLocaleString('en')} messages.`,
  ].filter((note) => note !== '');
  let textTop = top;
  const texts = textsAbove(section, notes, style).map((text) => {
    textTop += text.height;
    return { ...text, y: textTop - text.height / 2 };
  });
  const mainHeightPx = MAIN_EVENTS_HEIGHT_PX + (timeline.blocks.length > 0 ? BLOCKS_HEIGHT_PX : 0);
  const rows = placeRows(shown, textTop + TEXT_GAP_PX, mainHeightPx);
  const last = rows.at(-1);
  return {
    section,
    texts,
    rows,
    bottom: (last ? last.top + last.height : top) + 8,
    spans,
    lastMs: spans.reduce((latest, { endMs }) => Math.max(latest, endMs), 0),
    showsMessages,
    showsBlocks,
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
    const waits = hidden.filter((segment) => isWait(segment) && !lane.isMain);
    hiddenWaits += new Set(
      waits.map(({ span }) => span).filter(({ startedMs }) => startedMs !== undefined),
    ).size;
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
    for (const segment of rows.flat()) {
      if (!isWait(segment) || segment.span.startedMs === undefined) drawn.add(segment.span);
    }
  }
  return [...drawn].sort((a, b) => a.arrivedMs - b.arrivedMs || a.connection - b.connection);
}

function textsAbove(
  { heading, title, sentence }: Section,
  notes: readonly string[],
  { widthPx, hasTitles }: PictureStyle,
): Omit<PlacedText, 'y'>[] {
  const lines = (text: string, kind: PlacedText['kind']) =>
    wrapped(text, (widthPx - 16) / CHARACTER_WIDTH_PX).map((line) => ({ text: line, kind }));
  const texts = [
    ...(hasTitles && heading
      ? [{ text: heading.title, kind: 'heading' as const }, ...lines(heading.sentence, 'sentence')]
      : []),
    ...(hasTitles ? [{ text: title, kind: 'title' as const }, ...lines(sentence, 'sentence')] : []),
    ...notes.flatMap((note) => lines(note, 'note')),
  ];
  return texts.map(({ text, kind }) => ({ text, kind, height: TEXT_HEIGHTS_PX[kind] }));
}

/** Breaks a text into lines of at most so many characters, between its words. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function placeRows(lanes: readonly Lane[], top: number, mainHeightPx: number): PlacedRow[] {
  const segmentRowHeight = rowHeightPx(lanes.reduce((sum, { rows }) => sum + rows.length, 0));
  const rows: PlacedRow[] = [];
  let y = top;
  for (const { name: lane, isMain, rows: ownRows, life } of lanes) {
    const place = (segments: Row, isMainEventsRow: boolean, isFirst: boolean, height: number) => {
      rows.push({ lane, isFirst, isMainEventsRow, life, segments, top: y, height });
      y += height;
    };
    if (isMain) place([], true, true, mainHeightPx);
    ownRows.forEach((segments, index) =>
      place(segments, false, !isMain && index === 0, segmentRowHeight),
    );
    y += segmentRowHeight >= 17 ? 4 : 0;
  }
  return rows;
}
