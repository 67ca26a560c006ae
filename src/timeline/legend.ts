/** The legend of a picture: what its patterns and marks mean, those only that the picture has. */
import * as Plot from '@observablehq/plot';
import { Hatchings, HEIGHTS, LEGEND_COLOUR, opacityOf } from './hatching.js';
import type { Part } from './parts.js';
import type { Section } from './placing.js';
import type { Scale } from './scale.js';
import { STATES, STATE_TEXTS } from './states.js';

const LINE_HEIGHT_PX = 24;
const SAMPLE_WIDTH_PX = 30;
const GAP_PX = 22;

interface Entry {
  readonly text: string;
  /** The state that a sample shows; `refused`: an empty box; undefined: the text alone. */
  readonly sample?: Part['state'] | 'refused';
}

interface Legend {
  /** In pixels, from the top of the picture. */
  readonly height: number;
  marks(scale: Scale, patterns: Hatchings): Plot.Markish[];
}

/** Lays the legend out in lines of the picture's width. */
export function legendOf(sections: readonly Section[], widthPx: number): Legend {
  let x = 8;
  let y = 15;
  const placed = entriesOf(sections).map((entry) => {
    const room = entry.sample ? SAMPLE_WIDTH_PX + 6 : 0;
    const entryWidth = room + textWidth(entry.text);
    if (x > 8 && x + entryWidth > widthPx - 8) {
      x = 8;
      y += LINE_HEIGHT_PX;
    }
    const here = { ...entry, x, textX: x + room, y };
    x += entryWidth + GAP_PX;
    return here;
  });
  return { height: y + 19, marks: (scale, patterns) => marksOf(placed, scale, patterns) };
}

const NARROW = /[fijlrt ,.:;’┃]/g;
const WIDE = /[mw●✕]/g;

/** An estimate for a wide font of 13 pixels, so that no entry reaches into the next one. */
function textWidth(text: string): number {
  const narrow = text.match(NARROW)?.length ?? 0;
  const wide = text.match(WIDE)?.length ?? 0;
  return narrow * 4.6 + wide * 12 + (text.length - narrow - wide) * 8.1;
}

function entriesOf(sections: readonly Section[]): Entry[] {
  const spans = sections.flatMap(({ timeline }) => timeline.spans);
  const isSilent = spans.some(({ startedMs, served }) => startedMs !== undefined && !served);
  const isTold = spans.some(({ served }) => served);
  const blocks = sections.flatMap(({ timeline }) => timeline.blocks);
  const hasHolders = blocks.some(({ holder }) => holder !== undefined);
  const hasOthers = blocks.some(({ holder }) => holder === undefined);
  const hasMessages = spans.some(({ receivedMs, sentMs }) => receivedMs.length + sentMs.length > 0);
  return [
    ...STATES.map((state) => ({ text: STATE_TEXTS[state], sample: state })),
    ...(isSilent
      ? [{ text: 'is served; the log does not say more', sample: 'served' as const }]
      : []),
    ...(spans.some(({ isRefused }) => isRefused)
      ? [{ text: '✕ is refused', sample: 'refused' as const }]
      : []),
    { text: '●  main accepts a client' },
    ...(hasMessages ? [{ text: '┃  a message in or out' }] : []),
    ...(hasHolders ? [{ text: 'solid, below ●: who holds main’s loop' }] : []),
    ...(hasOthers ? [{ text: 'dashed: it stands, and no client holds it' }] : []),
    { text: 'each client has its colour' },
    ...(isTold
      ? [{ text: 'states above each other: the log has their sums, and not their order' }]
      : []),
  ];
}

type PlacedEntry = Entry & { readonly x: number; readonly textX: number; readonly y: number };

function marksOf(entries: readonly PlacedEntry[], scale: Scale, patterns: Hatchings) {
  const samples = entries.flatMap(({ sample, x, y }) => (sample ? [{ sample, x, y }] : []));
  type Sample = (typeof samples)[number];
  const half = ({ sample }: Sample) => 9 * (sample in HEIGHTS ? HEIGHTS[sample as 'queue'] : 1);
  return [
    Plot.rect(samples, {
      x1: ({ x }: Sample) => scale.atPixel(x),
      x2: ({ x }: Sample) => scale.atPixel(x + SAMPLE_WIDTH_PX),
      y1: (entry: Sample) => entry.y - half(entry),
      y2: (entry: Sample) => entry.y + half(entry),
      fill: ({ sample }: Sample) =>
        sample === 'refused' ? 'none' : patterns.fill(sample, LEGEND_COLOUR),
      fillOpacity: ({ sample }: Sample) => (sample === 'refused' ? 0 : opacityOf(sample)),
      stroke: 'var(--ink)',
      strokeWidth: 0.7,
    }),
    Plot.text(entries, {
      text: 'text',
      x: ({ textX }: PlacedEntry) => scale.atPixel(textX),
      y: ({ y }: PlacedEntry) => y,
      textAnchor: 'start',
      fill: 'var(--faint)',
    }),
  ];
}
