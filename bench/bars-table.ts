/** The bars as a table: what was to be reached, what was, and the verdict. Pure functions; bars.ts has the bars. */
import type { Bar } from './bars.js';
import { formatCount, formatSpread, type TextTable } from './format.js';
import type { Spread } from './statistics.js';

export function verdictOf({ atLeast, atMost, below, reached }: Bar): 'reached' | 'missed' | 'not measured' {
  if (reached === undefined) return 'not measured';
  const { median } = reached;
  const isReached =
    median >= (atLeast ?? -Infinity) && median <= (atMost ?? Infinity) && median < (below ?? Infinity);
  return isReached ? 'reached' : 'missed';
}

export function barsTable(bars: readonly Bar[]): TextTable {
  return {
    title: 'bars',
    head: ['what', 'bar', 'value', 'verdict'],
    rows: bars.map((bar) => {
      const value = bar.reached === undefined ? '–' : formatValue(bar.reached);
      return [bar.what, withUnit(limitOf(bar), bar.unit), withUnit(value, bar.unit), verdictOf(bar)];
    }),
    notes: [],
  };
}

function limitOf({ atLeast, atMost, below }: Bar): string {
  if (atLeast !== undefined) return `≥ ${atLeast.toLocaleString('en-GB')}`;
  return below === undefined ? `≤ ${atMost ?? ''}` : `< ${below}`;
}

function formatValue(spread: Spread): string {
  if (spread.median === 0 && spread.max === 0) return '0';
  if (spread.median < 1000) return formatSpread(spread);
  if (spread.min === spread.max) return formatCount(spread.median);
  return `${formatCount(spread.median)} (${formatCount(spread.min)}–${formatCount(spread.max)})`;
}

function withUnit(text: string, unit: string): string {
  return unit === '' || text === '–' ? text : `${text} ${unit}`;
}
