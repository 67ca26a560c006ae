/**
 * Draws timelines as one SVG picture, below each other on one time axis.
 *
 * A client has the same colour in all timelines. placing.ts computes the positions, and this file
 * draws the marks. Read placing.ts, labels.ts and ../plots/render.ts next.
 */
import * as Plot from '@observablehq/plot';
import { inkOn } from '../plots/theme.js';
import { renderSvg } from '../plots/render.js';
import type { Span, ThreadLife } from './connections.js';
import { colourOf, LEGEND_COLOUR, Hatchings } from './hatching.js';
import { fittingLabel, tooltipOf } from './labels.js';
import {
  mainThreadEvents,
  NOTE_HEIGHT_PX,
  placeSection,
  type PlacedRow,
  type PlacedSection,
  type Section,
} from './placing.js';
import type { Segment } from './rows.js';
import { LEFT_MARGIN_PX, RIGHT_MARGIN_PX, Scale, WIDTH_PX } from './scale.js';

const LEGEND_HEIGHT_PX = 34;
const AXIS_HEIGHT_PX = 44;
const FONT_PX = 13;
/** Lower rows have no room for labels, or for ticks beside them. */
const MIN_LABELLED_ROW_PX = 17;
const TICK_HEIGHT_PX = 8;
/** With more connections than this, the dots of accepts are small and have no outline. */
const MAX_LARGE_DOTS = 50;

/**
 * Draws the sections from top to bottom.
 * @returns one standalone `<svg>` element; equal sections give equal text
 */
export function drawTimelines(sections: readonly Section[]): string {
  let top = LEGEND_HEIGHT_PX;
  const placed = sections.map((section) => {
    const here = placeSection(section, top);
    top = here.bottom + 10;
    return here;
  });
  const scale = new Scale(placed);
  const patterns = new Hatchings(placed);
  const hasRefusals = placed.some(({ spans }) => spans.some(({ isRefused }) => isRefused));
  const marks = placed.flatMap((section) => [
    ...background(section, scale),
    ...bars(section, scale, patterns),
  ]);
  const label = placed.map(({ section }) => `${section.title}: ${section.sentence}`).join(' ');
  return renderSvg({
    label: `Timeline of which thread served which client. ${label}`,
    defs: patterns.defs(),
    plot: {
      width: WIDTH_PX,
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
        ...legend(scale, patterns, hasRefusals),
      ],
    },
  });
}

/** Returns the marks for titles, notes, lane names, and the lifetimes of threads. */
function background(
  { section, titleTop, rows, notes, bottom }: PlacedSection,
  scale: Scale,
): Plot.Markish[] {
  const lanes = rows.filter(({ isFirst }) => isFirst);
  const lives = rows.flatMap((row) => (row.life ? [{ ...row, ...row.life }] : []));
  const lost = lives.filter(({ lostMs }) => lostMs !== undefined);
  const height = (lane: string) =>
    rows.filter((row) => row.lane === lane).reduce((sum, row) => sum + row.height, 0);
  const bands = lanes.map(({ lane, top }) => ({ top: top + 1, bottom: top + height(lane) - 1 }));
  const [from, to] = scale.domain;
  return [
    textLine([section.title], titleTop + 14, {
      fontSize: 17,
      fontWeight: 600,
      dx: -LEFT_MARGIN_PX + 8,
    }),
    textLine([section.sentence], titleTop + 33, { dx: -LEFT_MARGIN_PX + 8 }),
    ...notes.map((note, index) =>
      textLine([note], titleTop + 33 + (index + 1) * NOTE_HEIGHT_PX, {
        dx: -LEFT_MARGIN_PX + 8,
        fontStyle: 'italic',
      }),
    ),
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

/** Returns the marks for the connections, their messages, and the events on the main thread. */
function bars(placed: PlacedSection, scale: Scale, patterns: Hatchings): Plot.Markish[] {
  const { section, rows, showsMessages } = placed;
  const segments = rows
    .flatMap((row) =>
      row.segments.map((segment) => ({ row, ...segment, colour: colourOf(segment.span) })),
    )
    .filter(
      ({ fromMs, toMs }) =>
        toMs >= (section.window?.fromMs ?? 0) && fromMs <= (section.window?.toMs ?? Infinity),
    );
  type Bar = (typeof segments)[number];
  const of = (kind: Segment['kind']) => segments.filter((bar) => bar.kind === kind);
  const place = {
    x1: ({ fromMs }: Bar) => scale.at(fromMs),
    x2: ({ toMs }: Bar) => scale.at(toMs),
    y1: ({ row }: Bar) => row.top + 2,
    y2: ({ row }: Bar) => row.top + row.height - 2,
    title: ({ span }: Bar) => tooltipOf(span, section),
  };
  const labelled = segments
    .filter(({ row }) => row.height >= MIN_LABELLED_ROW_PX)
    .map((bar) => ({ ...bar, text: fittingLabel(bar, section, scale) }))
    .filter(({ text }) => text !== '');
  const ticked = showsMessages
    ? of('served').filter(({ row }) => row.height >= MIN_LABELLED_ROW_PX)
    : [];
  const ticks = ticked.flatMap(({ row, span, colour }) =>
    [...span.receivedMs, ...span.sentMs]
      .filter((atMs) => isWithin(atMs, section))
      .map((atMs) => ({ row, atMs, colour })),
  );
  const hasTicks = new Set(ticks.map(({ row }) => row));
  const labels = (kind: 'served' | 'waits', style: Plot.TextOptions) => {
    const texts = labelled.filter((bar) => (bar.kind === 'served') === (kind === 'served'));
    return Plot.text(texts, {
      text: 'text',
      x: ({ fromMs }: Bar) => scale.at(fromMs),
      y: ({ row }: Bar) =>
        row.top +
        (row.height -
          (kind === 'served' && row.height >= 24 && hasTicks.has(row) ? TICK_HEIGHT_PX : 0)) /
          2,
      textAnchor: 'start',
      dx: 5,
      ...style,
    });
  };
  const main = rows.find(({ isMainEventsRow }) => isMainEventsRow);
  const events = mainThreadEvents(placed).filter(({ atMs }) => isWithin(atMs, section));
  const [mainTop, mainHeight] = [main?.top ?? 0, main?.height ?? 0];
  return [
    Plot.rect(of('waits'), {
      ...place,
      fill: ({ colour }: Bar) => patterns.fill(colour),
      stroke: 'colour',
    }),
    Plot.rect(of('refused'), { ...place, fill: 'none', stroke: 'colour', strokeWidth: 2 }),
    Plot.rect(of('unknown'), {
      ...place,
      fill: 'none',
      stroke: 'colour',
      strokeDasharray: '4 3',
      strokeWidth: 2,
    }),
    Plot.rect(of('served'), { ...place, fill: 'colour', insetRight: 0.5, rx: 2 }),
    Plot.ruleX(ticks, {
      x: ({ atMs }: { atMs: number }) => scale.at(atMs),
      y1: ({ row }: { row: PlacedRow }) => row.top + row.height - 2 - TICK_HEIGHT_PX,
      y2: ({ row }: { row: PlacedRow }) => row.top + row.height - 3,
      stroke: ({ colour }: { colour: string }) => inkOn(colour),
      strokeWidth: 2,
    }),
    labels('waits', { fill: 'var(--ink)', stroke: 'var(--paper)', strokeWidth: 5 }),
    labels('served', { fill: ({ colour }: Bar) => inkOn(colour) }),
    Plot.ruleX(
      events.filter(({ accepts }) => !accepts),
      {
        x: ({ atMs }: { atMs: number }) => scale.at(atMs),
        y1: () => mainTop + 3,
        y2: () => mainTop + mainHeight - 3,
        stroke: ({ span }: { span: Span }) => colourOf(span),
        strokeWidth: 3,
      },
    ),
    Plot.dot(
      events.filter(({ accepts }) => accepts),
      {
        x: ({ atMs }: { atMs: number }) => scale.at(atMs),
        y: () => mainTop + mainHeight / 2,
        // Many large dots with outlines would merge into one black area.
        r: placed.spans.length > MAX_LARGE_DOTS ? 2 : 5,
        strokeWidth: placed.spans.length > MAX_LARGE_DOTS ? 0 : 1,
        fill: ({ span }: { span: Span }) => colourOf(span),
        stroke: 'var(--ink)',
      },
    ),
  ];
}

function isWithin(ms: number, { window }: Section): boolean {
  return !window || (ms >= window.fromMs && ms <= window.toMs);
}

/** Returns a line of text, left-aligned, at a height in pixels from the top of the picture. */
function textLine(lines: string[], y: number, options: Plot.TextOptions): Plot.Markish {
  return Plot.text(lines, {
    text: (line: string) => line,
    y: () => y,
    frameAnchor: 'left',
    textAnchor: 'start',
    ...options,
  });
}

/** Returns the legend; it explains the mark of refused clients only if there are any. */
function legend(scale: Scale, patterns: Hatchings, hasRefusals: boolean): Plot.Markish[] {
  const colour = LEGEND_COLOUR;
  const y = 15;
  const box = (x: number) => ({
    x1: () => scale.atPixel(x),
    x2: () => scale.atPixel(x + 30),
    y1: () => y - 8,
    y2: () => y + 8,
  });
  const swatches = [
    { x: 8, text: 'is served', fill: colour },
    { x: 120, text: 'waits', fill: patterns.fill(colour) },
    ...(hasRefusals ? [{ x: 770, text: '✕ is refused', fill: 'none' }] : []),
  ];
  const texts = [
    ...swatches.map(({ x, text }) => ({ x: x + 36, text })),
    { x: 220, text: '●  main accepts a client' },
    { x: 400, text: '┃  a message in or out' },
    { x: 570, text: 'each client has its colour' },
  ];
  return [
    ...swatches.map(({ x, fill }) =>
      Plot.rect([fill], { ...box(x), fill: () => fill, stroke: () => colour }),
    ),
    Plot.text(texts, {
      text: 'text',
      x: ({ x }: { x: number }) => scale.atPixel(x),
      y: () => y,
      textAnchor: 'start',
      fill: 'var(--faint)',
    }),
  ];
}
