/**
 * Estimates from the rounds of contenders: the numbers that tables, plots and comparisons show.
 *
 * Pure functions. experiment.ts has the shapes that they read, intervals.ts the statistics.
 */
import type { CaseResult, ContenderResult, Experiment, Measure } from './experiment.js';
import {
  changeOfValues,
  estimateOf,
  quotient,
  ratioEstimateOf,
  type Estimate,
} from './intervals.js';

const DEFAULT_BASELINE = 'event-loop';

/**
 * Estimates a measure of one contender. The interval is that of the median over the rounds. A
 * measure over all rounds at once, such as a percentile of merged latencies, extends the interval
 * if its value lies outside.
 * @returns undefined if no round has a value
 */
export function measured(contender: ContenderResult, measure: Measure): Estimate | undefined {
  const median = estimateOf(valuesOf(contender, measure));
  if (measure.over === undefined || contender.rounds.length === 0) return median;
  const value = measure.over(contender.rounds);
  return value === undefined ? undefined : extendedTo(value, median);
}

/** Stands before a value that is a lower bound. */
export const AT_LEAST = '≥ ';

/** Formats an estimate for reading: `12.3 ms`, or `≥ 250 ms` if the value is a lower bound. */
export function textOf(contender: ContenderResult, measure: Measure): string | undefined {
  const estimate = measured(contender, measure);
  if (estimate === undefined) return undefined;
  return `${measure.isAtLeast?.(contender.rounds) ? AT_LEAST : ''}${measure.format(estimate.value)}`;
}

/** Extends an interval to a value that another method found. */
function extendedTo(value: number, interval: Estimate | undefined): Estimate {
  if (interval === undefined) return { value, low: value, high: value, rounds: 0 };
  const { low, high, rounds } = interval;
  return { value, low: Math.min(low, value), high: Math.max(high, value), rounds };
}

/**
 * Estimates `name` divided by `other`, from the ratios within rounds: only values that were
 * measured right after each other are divided.
 * @returns undefined if no round has both values and a divisor above 0
 */
export function ratioOf(
  result: CaseResult,
  measure: Measure,
  name: string,
  other: string,
): Estimate | undefined {
  return ratioEstimateOf(ratiosOf(result, measure, name, other));
}

/**
 * Returns a ratio for each round that both contenders have and whose divisor is finite and above 0.
 */
export function ratiosOf(
  result: CaseResult,
  measure: Measure,
  name: string,
  other: string,
): number[] {
  const divisors = new Map(
    findContender(result, other)?.rounds.map((round) => [round.round, measure.of(round)]),
  );
  const rounds = findContender(result, name)?.rounds ?? [];
  return rounds.flatMap((round) => {
    const value = measure.of(round);
    const divisor = divisors.get(round.round);
    if (value === undefined || divisor === undefined) return [];
    return divisor > 0 && divisor < Infinity && value >= 0 ? [value / divisor] : [];
  });
}

/**
 * Estimates a measure after, divided by the same measure before, in two cases or runs whose rounds
 * are independent. The interval includes the quotient of the two values that tables show.
 */
export function changeOf(
  before: ContenderResult,
  after: ContenderResult,
  measure: Measure,
): Estimate | undefined {
  const [from, to] = [measured(before, measure), measured(after, measure)];
  const times = changeOfValues(valuesOf(before, measure), valuesOf(after, measure));
  return from && to && times && extendedTo(quotient(to.value, from.value), times);
}

/** As a share of one core: other programs that use more than this disturb the measurement. */
const QUIET_SHARE = 0.2;

/**
 * Returns the share of one core that other programs used during a case, or undefined if the machine
 * was quiet. The share is the largest over the contenders, because a server that takes all cores
 * leaves little to other programs.
 */
export function othersShare({ contenders }: CaseResult): number | undefined {
  const shares = contenders.flatMap(
    ({ rounds }) =>
      estimateOf(rounds.flatMap(({ values }) => values.othersCpuShare ?? []))?.value ?? [],
  );
  const share = Math.max(0, ...shares);
  return share > QUIET_SHARE ? share : undefined;
}

/**
 * Estimates the control of a case divided by the contender `of`, or undefined without a control.
 */
export function controlOf(result: CaseResult, measure: Measure, of: string): Estimate | undefined {
  const control = result.contenders.find(({ kind }) => kind === 'control');
  return control && ratioOf(result, measure, control.name, of);
}

/** Returns the contender that all others are divided by, or undefined if there is none. */
export function baselineOf({ baseline = DEFAULT_BASELINE }: Experiment): string | undefined {
  return baseline === false ? undefined : baseline;
}

function valuesOf({ rounds }: ContenderResult, { of }: Measure): number[] {
  return rounds.map(of).filter((value) => value !== undefined);
}

export function findContender(
  { contenders }: CaseResult,
  name: string,
): ContenderResult | undefined {
  return contenders.find((contender) => contender.name === name);
}
