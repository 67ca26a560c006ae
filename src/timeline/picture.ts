/**
 * Draws timelines as one SVG picture, below each other on one time axis.
 *
 * A client has the same colour in all timelines. placing.ts computes the positions, and this file
 * draws the marks. Read placing.ts, main-lane.ts, labels.ts and ../plots/render.ts next.
 */
import * as Plot from '@observablehq/plot';
import { renderSvg } from '../plots/render.js';
import { blocksOn, type ThreadLife } from './connections.js';
import { colourOf, Hatchings, HEIGHTS, opacityOf } from './hatching.js';
import { fittingLabel, LABEL, tooltipOf } from './labels.js';
import { legendOf } from './legend.js';
import { mainLane } from './main-lane.js';
import { partsOf } from './parts.js';
import {
  overlaps,
  placeSection,
  type PictureStyle,
  type PlacedRow,
  type PlacedSection,
  type PlacedText,
  type Section,
} from './placing.js';
import { isWait, type Segment } from './rows.js';
import { LEFT_MARGIN_PX, RIGHT_MARGIN_PX, Scale } from './scale.js';

const DEFAULT_STYLE: PictureStyle = { widthPx: 1120, hasTitles: true };
const AXIS_HEIGHT_PX = 44;
const FONT_PX = 13;
/** Lower rows have no room for labels, or for ticks beside them. */
const MIN_LABELLED_ROW_PX = 17;
const TICK_HEIGHT_PX = 8;

/**
 * Draws the sections from top to bottom.
 * @returns one standalone `<svg>` element; equal sections give equal text
 */
export function drawTimelines(sections: readonly Section[], style = DEFAULT_STYLE): string {
  const legend = legendOf(sections, style.widthPx);
  let top = legend.height;
  const placed = sections.map((section) => {
    const here = placeSection(section, top, style);
    top = here.bottom + 10;
    return here;
  });
  const scale = new Scale(placed, style);
  const patterns = new Hatchings(placed);
  const marks = placed.flatMap((section) => [
    ...background(section, scale),
    ...bars(section, scale, patterns),
    ...mainLane(section, scale),
  ]);
  const label = placed.map(({ section }) => `${section.title}: ${section.sentence}`).join(' ');
  return renderSvg({
    label: `Timeline of where each client's time went. ${label}`,
    defs: patterns.defs(),
    plot: {
      width: style.widthPx,
      height: top + AXIS_HEIGHT_PX,
      marginTop: 0,
      marginLeft: LEFT_MARGIN_PX,
      marginRight: RIGHT_MARGIN_PX,
      marginBottom: AXIS_HEIGHT_PX,
      style: { fontSize: `${FONT_PX}px` },
      // Whole pixels make the bars sharper and the text a third shorter.
      x: { domain: scale.domain, round: true },
      y: { type: 'identity', axis: null },
      color: { type: 'identity' },
      marks: [
        ...marks,
        Plot.axisX({
          anchor: 'bottom',
          label: scale.label,
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        ...legend.marks(scale, patterns),
      ],
    },
  });
}

const TEXT_STYLES: Readonly<Record<PlacedText['kind'], Plot.TextOptions>> = {
  heading: { fontSize: 20, fontWeight: 700 },
  title: { fontSize: 17, fontWeight: 600 },
  sentence: {},
  note: { fontStyle: 'italic' },
};

/** Returns the marks for titles, notes, lane names, and the lifetimes of threads. */
function background({ section, texts, rows, bottom }: PlacedSection, scale: Scale): Plot.Markish[] {
  const lanes = rows.filter(({ isFirst }) => isFirst);
  const lives = rows.flatMap((row) => (row.life ? [{ ...row, ...row.life }] : []));
  const lost = lives.filter(({ lostMs }) => lostMs !== undefined);
  const height = (lane: string) =>
    rows.filter((row) => row.lane === lane).reduce((sum, row) => sum + row.height, 0);
  const bands = lanes.map(({ lane, top }) => ({ top: top + 1, bottom: top + height(lane) - 1 }));
  const [from, to] = scale.domain;
  return [
    ...texts.map(({ text, y, kind }) => textLine(text, y, TEXT_STYLES[kind])),
    Plot.rect(bands, {
      x1: from,
      x2: to,
      y1: 'top',
      y2: 'bottom',
      fill: 'var(--rule)',
      fillOpacity: 0.35,
    }),
    Plot.gridX({
      y1: () => rows[0]?.top ?? 0,
      y2: () => bottom,
      stroke: 'var(--rule)',
      strokeOpacity: 1,
    }),
    Plot.text(lanes, {
      text: 'lane',
      y: (row: PlacedRow) => row.top + row.height / 2,
      frameAnchor: 'left',
      textAnchor: 'end',
      dx: -12,
      fontSize: Math.min(FONT_PX, lanes[1]?.height ?? FONT_PX),
    }),
    Plot.ruleY(lives, {
      y: (row: PlacedRow) => row.top + row.height / 2,
      x1: ({ startedMs }: ThreadLife) => scale.at(startedMs ?? 0),
      x2: ({ lostMs }: ThreadLife) => scale.at(lostMs ?? section.timeline.lengthMs),
      stroke: 'var(--faint)',
    }),
    Plot.text(lost, {
      text: () => '✕ lost',
      x: ({ lostMs }: ThreadLife) => scale.at(lostMs ?? 0),
      y: (row: PlacedRow) => row.top + row.height / 2,
      textAnchor: 'start',
      dx: 3,
      fontWeight: 600,
    }),
  ];
}

/** Returns the marks for the connections and their messages. */
function bars(placed: PlacedSection, scale: Scale, patterns: Hatchings): Plot.Markish[] {
  const { section, rows, showsMessages, showsBlocks } = placed;
  const segments = rows
    .flatMap((row) =>
      row.segments.map((segment) => ({ row, ...segment, colour: colourOf(segment.span) })),
    )
    .filter(({ fromMs, toMs }) => overlaps(fromMs, toMs, section));
  type Bar = (typeof segments)[number];
  const of = (kind: Segment['kind']) => segments.filter((bar) => bar.kind === kind);
  const height = ({ row, kind }: Bar) =>
    (row.height - 4) * (kind in HEIGHTS ? HEIGHTS[kind as keyof typeof HEIGHTS] : 1);
  const place = {
    x1: ({ fromMs }: Bar) => scale.at(fromMs),
    x2: ({ toMs }: Bar) => scale.at(toMs),
    y1: (bar: Bar) => bar.row.top + (bar.row.height - height(bar)) / 2,
    y2: (bar: Bar) => bar.row.top + (bar.row.height + height(bar)) / 2,
  };
  const title = ({ span }: Bar) => tooltipOf(span, section);
  const parts = of('served')
    .flatMap(({ row, span, colour }) =>
      partsOf(span, showsBlocks ? blocksOn(span, section.timeline) : []).map((part) => ({
        ...part,
        row,
        colour,
        span,
      })),
    )
    .filter(({ fromMs, toMs }) => overlaps(fromMs, toMs, section));
  type DrawnPart = (typeof parts)[number];
  const foot = ({ row }: DrawnPart) => row.top + row.height - 2;
  const labelled = segments
    .filter(({ row }) => row.height >= MIN_LABELLED_ROW_PX)
    .map((bar) => ({ ...bar, text: fittingLabel(bar, section, scale) }))
    .filter(({ text }) => text !== '');
  const ticked = showsMessages
    ? of('served').filter(({ row }) => row.height >= MIN_LABELLED_ROW_PX)
    : [];
  const ticks = ticked.flatMap(({ row, span }) =>
    [...span.receivedMs, ...span.sentMs]
      .filter((atMs) => overlaps(atMs, atMs, section))
      .map((atMs) => ({ row, atMs })),
  );
  type Tick = (typeof ticks)[number];
  const tickPlace = {
    x: ({ atMs }: Tick) => scale.at(atMs),
    y1: ({ row }: Tick) => row.top + row.height - 2 - TICK_HEIGHT_PX,
    y2: ({ row }: Tick) => row.top + row.height - 3,
  };
  const hasTicks = new Set(ticks.map(({ row }) => row));
  return [
    // The line of a thread's life must not show through the tints.
    Plot.rect(
      segments.filter((bar) => isWait(bar) || bar.kind === 'served'),
      { ...place, fill: 'var(--paper)' },
    ),
    Plot.rect(segments.filter(isWait), {
      ...place,
      title,
      fill: ({ kind, colour }: Bar) => patterns.fill(kind as keyof typeof HEIGHTS, colour),
      stroke: 'var(--ink)',
      strokeWidth: 0.7,
    }),
    Plot.rect(of('refused'), { ...place, title, fill: 'none', stroke: 'colour', strokeWidth: 2 }),
    Plot.rect(of('unknown'), {
      ...place,
      title,
      fill: 'none',
      stroke: 'colour',
      strokeDasharray: '4 3',
      strokeWidth: 2,
    }),
    Plot.rect(parts, {
      x1: ({ fromMs }: DrawnPart) => scale.at(fromMs),
      x2: ({ toMs }: DrawnPart) => scale.at(toMs),
      y1: (part: DrawnPart) => foot(part) - part.high * (part.row.height - 4),
      y2: (part: DrawnPart) => foot(part) - part.low * (part.row.height - 4),
      fill: ({ state, colour }: DrawnPart) => patterns.fill(state, colour),
      fillOpacity: ({ state }: DrawnPart) => opacityOf(state),
    }),
    Plot.rect(of('served'), {
      ...place,
      title,
      fill: 'none',
      pointerEvents: 'all',
      stroke: 'var(--ink)',
      strokeWidth: 0.7,
    }),
    Plot.ruleX(ticks, { ...tickPlace, stroke: 'var(--paper)', strokeWidth: 4 }),
    Plot.ruleX(ticks, { ...tickPlace, stroke: 'var(--ink)', strokeWidth: 2 }),
    Plot.text(labelled, {
      ...LABEL,
      text: 'text',
      x: ({ fromMs }: Bar) => scale.at(fromMs),
      y: ({ row, kind }: Bar) =>
        row.top +
        (row.height -
          (kind === 'served' && row.height >= 24 && hasTicks.has(row) ? TICK_HEIGHT_PX : 0)) /
          2,
    }),
  ];
}

/** Returns a line of text, left-aligned, at a height in pixels from the top of the picture. */
function textLine(text: string, y: number, options: Plot.TextOptions): Plot.Markish {
  return Plot.text([text], {
    text: (line: string) => line,
    y: () => y,
    frameAnchor: 'left',
    textAnchor: 'start',
    dx: -LEFT_MARGIN_PX + 8,
    ...options,
  });
}
