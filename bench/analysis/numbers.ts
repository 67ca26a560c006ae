/**
 * Numbers as people read them, and a table in two renderings: for the terminal, and as Markdown for a README.
 *
 * Pure functions; bench/report/table.ts and bench/report/targets.ts decide what stands in the tables.
 */
import Table from 'cli-table3';
import type { Estimate } from './intervals.js';

export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  /** The first column is a name, the others are figures. */
  readonly rows: readonly (readonly string[])[];
  /** Lines below the table: warnings, what was skipped and why. */
  readonly notes: readonly string[];
}

export type Rendering = 'terminal' | 'markdown';

/** One rule below the head and no other lines: a row of twelve columns has to fit a terminal. */
const LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '─', 'mid-mid': '──', right: '', 'right-mid': '', middle: '  ' },
};

/** For what is not known. */
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

/** `840 ns`, `12.3 µs`, `4.56 ms`, `1.20 s`: three significant digits. */
export function formatNs(valueNs: number): string {
  const steps = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ] as const;
  for (const [size, unit] of steps) {
    // 999.6 µs would otherwise be shown as 1000 µs.
    if (valueNs >= size * 0.9995) return `${significant(valueNs / size)} ${unit}`;
  }
  return `${Math.round(valueNs)} ns`;
}

export function formatMegabytes(bytes: number): string {
  return significant(bytes / 1e6);
}

/** A share of one core, as per cent: two cores in full use are 200 %. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `0.94 (0.91–0.97)`: with its interval, if it has one. */
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
