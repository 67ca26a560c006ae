/**
 * Formats numbers for reading, and renders a table for the terminal or as Markdown.
 *
 * Pure functions; bench/report/table.ts and bench/report/targets.ts make the tables.
 */
import Table from 'cli-table3';
import type { Estimate } from './intervals.js';

export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  /** The first column is a name, the others are numbers. */
  readonly rows: readonly (readonly string[])[];
  /** Lines below the table: warnings, and why a contender is missing. */
  readonly notes: readonly string[];
}

export type Rendering = 'terminal' | 'markdown';

/**
 * One rule below the head and no other lines, because a row of twelve columns must fit a terminal.
 */
const LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{
    left: '',
    'left-mid': '',
    mid: '─',
    'mid-mid': '──',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
};

/** Stands for an unknown value. */
export const DASH = '–';

export function render({ title, head, rows, notes }: TextTable, rendering: Rendering): string {
  if (rendering === 'markdown') {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const rule = `|---|${'---:|'.repeat(head.length - 1)}`;
    const below = notes.length === 0 ? [] : ['', ...notes.map((note) => `- ${note}`)];
    return [`**${title}**`, '', line(head), rule, ...rows.map(line), ...below].join('\n');
  }
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    chars: LINES,
  });
  table.push(...rows.map((row) => [...row]));
  return [title, table.toString(), ...notes.map((note) => `  ${note}`)].join('\n');
}

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

/** Formats nanoseconds with three significant digits: `840 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`. */
export function formatNs(valueNs: number): string {
  const steps = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ] as const;
  for (const [size, unit] of steps) {
    // Rounding 999.6 µs to three digits would give 1000 µs.
    if (valueNs >= size * 0.9995) return `${significant(valueNs / size)} ${unit}`;
  }
  return `${Math.round(valueNs)} ns`;
}

export function formatMegabytes(bytes: number): string {
  return significant(bytes / 1e6);
}

/** Formats a share of one core in per cent: two busy cores are 200 %. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Formats a ratio with its interval, if it has one: `0.94 (0.91–0.97)`. */
export function formatEstimate({ value, low, high }: Estimate): string {
  const [shown, from, to] = [value, low, high].map((ratio) =>
    ratio.toFixed(value > 0 && value < 0.1 ? 3 : 2),
  );
  return low === high ? `${shown}` : `${shown} (${from}–${to})`;
}

export function orDash<Value>(value: Value | undefined, format: (value: Value) => string): string {
  return value === undefined ? DASH : format(value);
}

function significant(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
