/** The colour of each client, and hatched: for the time in which it waits. */
import { createHash } from 'node:crypto';
import { colourOfClient } from '../plots/theme.js';
import type { Span } from './connections.js';
import type { PlacedSection } from './placing.js';

/** Belongs to no client. */
export const LEGEND_COLOUR = '#8b949e';

export function colourOf({ connection }: Span): string {
  return colourOfClient(connection);
}

/** Hatchings, one a colour. Their ids are the picture's own: pages hold several pictures. */
export class Hatchings {
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
