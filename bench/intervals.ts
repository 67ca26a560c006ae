/** Provisional: a value with a range over its rounds. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

export function spread(values: readonly number[]): Estimate | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[0];
  const high = sorted.at(-1);
  const value = sorted[sorted.length >> 1];
  if (low === undefined || high === undefined || value === undefined) return undefined;
  return { value, low, high, rounds: sorted.length };
}
