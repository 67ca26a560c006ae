/** Small pieces of the report's HTML: everything that comes from outside goes through here or `escaped`. */
import { escaped } from '../../../src/plots/render.js';

/** Nothing, of nothing: HTML knows no empty list. */
export function listOf(className: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<ul class="${className}">${lines.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>`;
}

export function termsOf(className: string, terms: readonly (readonly [string, string])[]): string {
  const pairs = terms.map(([term, text]) => `<div><dt>${escaped(term)}</dt><dd>${escaped(text)}</dd></div>`);
  return `<dl class="${className}">${pairs.join('\n')}</dl>`;
}

/** `1 min 52 s` */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
