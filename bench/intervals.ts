export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

export function estimateOf(values: readonly number[]): Estimate | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[sorted.length >> 1];
  if (value === undefined) return undefined;
  return { value, low: sorted[0] ?? value, high: sorted.at(-1) ?? value, rounds: sorted.length };
}

export function isSteady(rates: readonly number[]): boolean {
  return rates.length >= 3;
}

export type Verdict = 'higher' | 'lower' | 'undecided';

export function verdictOf({ low, high }: Estimate): Verdict {
  return low > 1 ? 'higher' : high < 1 ? 'lower' : 'undecided';
}
