/** The colour of each client, and its hatching, which marks the time in which the client waits. */
import { createHash } from 'node:crypto';
import { colourOfClient } from '../plots/theme.js';
import type { Span } from './connections.js';
import type { PlacedSection } from './placing.js';

/** Colour of the legend's samples; no client has it. */
export const LEGEND_COLOUR = '#8b949e';

/** Returns the colour (`#rrggbb`) of a connection's client. */
export function colourOf({ connection }: Span): string {
  return colourOfClient(connection);
}

/**
 * The SVG hatchings of a picture, one for each colour. Their ids contain a hash of the picture's
 * data, because a page can hold several pictures.
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
    this.#prefix = `wait-${hash.digest('hex').slice(0, 8)}`;
  }

  /** Returns the `fill` value for a colour of the picture. */
  fill(colour: string): string {
    return `url(#${this.#id(colour)})`;
  }

  /** Returns the `<pattern>` elements for the picture's `<defs>`. */
  defs(): string {
    return [...this.#colours]
      .map(
        (colour) =>
          `<pattern id="${this.#id(colour)}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
          `<rect width="3" height="7" fill="${colour}"/></pattern>`,
      )
      .join('');
  }

  #id(colour: string): string {
    return `${this.#prefix}-${colour.replace(/\W/g, '')}`;
  }
}
