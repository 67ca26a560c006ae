/**
 * The pieces of the watcher's lines: coloured texts, durations and counts. Pure. Read table.ts
 * next.
 */
import { printable } from '../../base/printable.js';
import type { Style } from '../terminal/terminal.js';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

/** Durations below this are shown in seconds, longer ones as `m:ss`. */
const MINUTE_MS = 60_000;

/** Formats milliseconds: `1.2 s`, `3:07`, `1:03:07`. */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown
    .map((part, index) => (index === 0 ? `${part}` : `${part}`.padStart(2, '0')))
    .join(':');
}

/** Formats milliseconds that may be few: `0 ms`, `12 ms`, then as {@link duration}. */
export function shortDuration(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : duration(ms);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Formats bytes with three digits: `999 B`, `1.23 kB`, `45.6 MB`. */
export function byteCount(bytes: number): string {
  let unit = 0;
  let size = bytes;
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1000;
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${size.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** Narrower windows cut lines: wrapped ones would push out the table. */
const LEAST_WRAPPED = 40;
/** Puts the rest of a line below its text, behind the label. */
const INDENT = ' '.repeat(9);

/** Breaks a line that is wider than the window, at blanks of its texts. */
export function wrapLine(line: Line, columns: number): Line[] {
  if (columns < LEAST_WRAPPED) return [line];
  const lines: Span[][] = [[]];
  let length = 0;
  for (const { text, ...style } of line) {
    for (const word of text.split(/(?<= )(?=[^ ])/)) {
      if (length > INDENT.length && length + word.trimEnd().length > columns) {
        lines.push([{ text: INDENT }]);
        length = INDENT.length;
      }
      lines.at(-1)?.push({ text: word, ...style });
      length += word.length;
    }
  }
  return lines;
}

/**
 * Cuts a line to the window's width, and makes its text safe for a terminal: it comes from whatever
 * process answers at the path.
 */
export function truncate(line: Line, columns: number): Line {
  let left = columns;
  return line.flatMap(({ text, ...style }) => {
    const characters = Array.from(printable(text)).slice(0, left);
    left -= characters.length;
    return characters.length === 0 ? [] : [{ text: characters.join(''), ...style }];
  });
}
