/** The colour of each client, and its hatching for the time in the queue. Pure. */
import { createHash } from 'node:crypto';
import { colourOfClient } from '../plots/theme.js';
import type { Span } from './connections.js';
import type { PlacedSection } from './placing.js';

/** Grey, which is no client's colour. */
export const LEGEND_COLOUR = '#8b949e';

export function colourOf({ connection }: Span): string {
  return colourOfClient(connection);
}

/** One hatching per colour. The ids are unique to the picture, since a page may hold several. */
export class Patterns {
  readonly #prefix: string;
  readonly #colours: ReadonlySet<string>;

  constructor(placed: readonly PlacedSection[]) {
    const spans = placed.flatMap((section) => section.spans);
    this.#colours = new Set([LEGEND_COLOUR, ...spans.map(colourOf)]);
    this.#prefix = `wait-${createHash('sha256').update(JSON.stringify(spans)).digest('hex').slice(0, 8)}`;
  }

  fill(colour: string): string {
    return `url(#${this.#id(colour)})`;
  }

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
