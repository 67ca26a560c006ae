/**
 * The colour of each client, and the fill of each state: the colour says who, the pattern says what.
 *
 * The patterns differ without colour as well: their lines have the colour of the text, and their
 * bars have different heights.
 */
import { createHash } from 'node:crypto';
import { colourOfClient } from '../plots/theme.js';
import type { Span } from './connections.js';
import type { Part } from './parts.js';
import type { PlacedSection } from './placing.js';

type Filled = Part['state'];

/** Colour of the legend's samples; no client has it. */
export const LEGEND_COLOUR = '#8b949e';

/** How much of its row's height the bar of a state takes: what is outside of the server is thin. */
export const HEIGHTS: Readonly<Record<'backlog' | 'queue' | 'ready', number>> = {
  backlog: 0.4,
  queue: 0.7,
  ready: 1,
};

/** What is drawn over the tint of the client's colour: width and height of the tile, its lines. */
const PATTERNS: Readonly<Partial<Record<Filled, { tile: string; lines: string }>>> = {
  backlog: {
    tile: 'width="6" height="5"',
    lines: '<circle cx="2" cy="2.5" r="1.1" fill="var(--ink)"/>',
  },
  queue: {
    tile: 'width="7" height="7"',
    lines: '<rect width="1.2" height="7" fill="var(--ink)"/>',
  },
  ready: {
    tile: 'width="6" height="6" patternTransform="rotate(45)"',
    lines: '<rect width="2.2" height="6" fill="var(--ink)"/>',
  },
};
const TINTS: Readonly<Record<Filled, number>> = {
  backlog: 0.25,
  queue: 0.35,
  ready: 0.5,
  client: 0.16,
  computes: 1,
  served: 0.55,
};

/** Returns the colour (`#rrggbb`) of a connection's client. */
export function colourOf({ connection }: Pick<Span, 'connection'>): string {
  return colourOfClient(connection);
}

/** Returns the opacity of a state's fill. */
export function opacityOf(state: Filled): number {
  return PATTERNS[state] ? 1 : TINTS[state];
}

/**
 * The SVG patterns of a picture, for each colour and state. Their ids contain a hash of the
 * picture's data, because a page can hold several pictures.
 */
export class Hatchings {
  readonly #prefix: string;
  readonly #colours: ReadonlySet<string>;

  constructor(placed: readonly PlacedSection[]) {
    const spans = placed.flatMap((section) => section.spans);
    this.#colours = new Set([LEGEND_COLOUR, ...spans.map(colourOf)]);
    const hash = createHash('sha256');
    // One connection at a time: the text of all their messages may be longer than a string can be.
    for (const span of spans) hash.update(JSON.stringify(span));
    this.#prefix = hash.digest('hex').slice(0, 8);
  }

  /** Returns the `fill` value of a state in a colour of the picture. */
  fill(state: Filled, colour: string): string {
    return PATTERNS[state] ? `url(#${this.#id(state, colour)})` : colour;
  }

  /** Returns the `<pattern>` elements for the picture's `<defs>`. */
  defs(): string {
    return [...this.#colours]
      .flatMap((colour) =>
        Object.entries(PATTERNS).map(
          ([state, { tile, lines }]) =>
            `<pattern id="${this.#id(state as Filled, colour)}" ${tile} patternUnits="userSpaceOnUse">` +
            `<rect width="7" height="7" fill="${colour}" fill-opacity="${TINTS[state as Filled]}"/>${lines}</pattern>`,
        ),
      )
      .join('');
  }

  #id(state: Filled, colour: string): string {
    return `${state}-${this.#prefix}-${colour.replace(/\W/g, '')}`;
  }
}
