/**
 * What all parts of a film are drawn with. Pure.
 */
import type { Stylesheet } from './stylesheet.js';
import type { Span } from './track.js';

export interface Pen {
  readonly sheet: Stylesheet;
  readonly stillMs: number;
  readonly lengthMs: number;
}

/** Each value in its spans; a value that never changes is not animated. */
export function changing<T>(
  spans: ReadonlyMap<T, readonly Span[]>,
  draw: (value: T) => string,
  { sheet, stillMs }: Pen,
): string {
  if (spans.size === 1) return [...spans.keys()].map(draw).join('');
  return [...spans]
    .map(([value, all]) => {
      const drawn = draw(value);
      if (drawn === '') return '';
      const isStill = all.some(([fromMs, toMs]) => fromMs <= stillMs && stillMs < toMs);
      const attributes = `style="animation-name:${sheet.shownIn(all)}"${isStill ? '' : ' visibility="hidden"'}`;
      return `<g class="t" ${attributes}>${drawn}</g>`;
    })
    .join('');
}

/** Tenths of a pixel are enough for a place. */
export function round(value: number, parts = 10): number {
  return Math.round(value * parts) / parts;
}
