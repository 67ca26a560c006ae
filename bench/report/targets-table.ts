/** The bars as a table: what was to be reached, what was, and the verdict. Pure functions; targets.ts has the bars. */
import type { Target } from './targets.js';
import { formatCount, formatEstimate, type TextTable } from '../analysis/numbers.js';
import type { Estimate } from '../analysis/intervals.js';

export function verdictOf({
  atLeast,
  atMost,
  below,
  reached,
}: Target): 'reached' | 'missed' | 'not measured' {
  if (reached === undefined) return 'not measured';
  const { value } = reached;
  const isReached =
    value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity) && value < (below ?? Infinity);
  return isReached ? 'reached' : 'missed';
}

export function barsTable(bars: readonly Target[]): TextTable {
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

function limitOf({ atLeast, atMost, below }: Target): string {
  if (atLeast !== undefined) return `≥ ${atLeast.toLocaleString('en-GB')}`;
  return below === undefined ? `≤ ${atMost ?? ''}` : `< ${below}`;
}

function formatValue(estimate: Estimate): string {
  const { value, low, high } = estimate;
  if (value === 0 && high === 0) return '0';
  if (value < 1000) return formatEstimate(estimate);
  if (low === high) return formatCount(value);
  return `${formatCount(value)} (${formatCount(low)}–${formatCount(high)})`;
}

function withUnit(text: string, unit: string): string {
  return unit === '' || text === '–' ? text : `${text} ${unit}`;
}
