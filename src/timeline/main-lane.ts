/**
 * Main's lane of a picture: dots where main accepts a client, ticks for messages, and below them the
 * bars of those who held its loop. Read labels.ts next.
 */
import * as Plot from '@observablehq/plot';
import { MAIN_THREAD, type Span } from './connections.js';
import { colourOf } from './hatching.js';
import { fittingHolder, LABEL } from './labels.js';
import { BLOCKS_HEIGHT_PX, overlaps, type PlacedSection } from './placing.js';
import type { Scale } from './scale.js';

/** With more connections than this, the dots of accepts are small and have no outline. */
const MAX_LARGE_DOTS = 50;

/** Returns the marks of the first row of main's lane. */
export function mainLane(placed: PlacedSection, scale: Scale): Plot.Markish[] {
  return [...blockBars(placed, scale), ...eventMarks(placed, scale)];
}

/** Returns the marks that say who held main's loop, and when. */
function blockBars({ section, rows, spans }: PlacedSection, scale: Scale): Plot.Markish[] {
  const row = rows.find(({ isMainEventsRow }) => isMainEventsRow);
  const drawn = new Set(spans.map(({ connection }) => connection));
  const blocks = section.timeline.blocks.filter(
    ({ fromMs, toMs, holder }) =>
      overlaps(fromMs, toMs, section) && (holder === undefined || drawn.has(holder)),
  );
  type Bar = (typeof blocks)[number];
  const bottom = (row?.top ?? 0) + (row?.height ?? 0) - 2;
  const place = { x2: ({ toMs }: Bar) => scale.at(toMs), y1: () => bottom - BLOCKS_HEIGHT_PX + 2 };
  const held = blocks.filter(({ holder }) => holder !== undefined);
  return [
    Plot.rect(blocks, {
      ...place,
      x1: ({ fromMs }: Bar) => scale.at(fromMs),
      y2: () => bottom,
      fill: 'none',
      stroke: 'var(--faint)',
      strokeDasharray: '2 2',
    }),
    Plot.rect(held, {
      ...place,
      x1: ({ heldFromMs }: Bar) => scale.at(heldFromMs),
      y2: () => bottom,
      fill: ({ holder = 0 }: Bar) => colourOf({ connection: holder }),
      stroke: 'var(--ink)',
      strokeWidth: 1,
    }),
    Plot.text(
      held
        .map((block) => ({ ...block, text: fittingHolder(block, section, scale) }))
        .filter(({ text }) => text !== ''),
      {
        ...LABEL,
        text: 'text',
        x: ({ heldFromMs }: Bar) => scale.at(heldFromMs),
        y: () => bottom - BLOCKS_HEIGHT_PX / 2 + 1,
      },
    ),
  ];
}

/** Returns the marks for accepts, and for messages of clients that main serves. */
function eventMarks(placed: PlacedSection, scale: Scale): Plot.Markish[] {
  const { section, rows } = placed;
  const main = rows.find(({ isMainEventsRow }) => isMainEventsRow);
  const events = mainThreadEvents(placed).filter(({ atMs }) => overlaps(atMs, atMs, section));
  const mainTop = main?.top ?? 0;
  const mainHeight =
    (main?.height ?? 0) - (section.timeline.blocks.length > 0 ? BLOCKS_HEIGHT_PX : 0);
  return [
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

/** Returns the accepts and messages on the main thread, with their times. */
function mainThreadEvents({
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
