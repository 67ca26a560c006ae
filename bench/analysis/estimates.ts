/**
 * From the rounds of contenders to estimates: what tables, plots and comparisons show of an experiment's results.
 *
 * Glue between experiment.ts, which says what was measured, and intervals.ts, which says how sure it is.
 */
import type { CaseResult, ContenderResult, Experiment, Measure } from './experiment.js';
import { changeOfValues, estimateOf, quotient, ratioEstimateOf, type Estimate } from './intervals.js';

const DEFAULT_BASELINE = 'event-loop';

/**
 * What a contender reached. The interval is that of the median over the rounds, also for a measure that is taken over
 * all rounds at once, such as a percentile of merged latencies; if that lies outside, the interval is extended to it.
 * Undefined: not known of any round.
 */
export function measured(contender: ContenderResult, measure: Measure): Estimate | undefined {
  const median = estimateOf(valuesOf(contender, measure));
  if (measure.over === undefined || contender.rounds.length === 0) return median;
  const value = measure.over(contender.rounds);
  return value === undefined ? undefined : extendedTo(value, median);
}

/** What a contender reached as people read it: `12.3 ms`, or `≥ 250 ms` if it is only known to be no less. */
export function textOf(contender: ContenderResult, measure: Measure): string | undefined {
  const estimate = measured(contender, measure);
  if (estimate === undefined) return undefined;
  return `${measure.isAtLeast?.(contender.rounds) ? '≥ ' : ''}${measure.format(estimate.value)}`;
}

/** The same interval, around a value that was found in another way. */
function extendedTo(value: number, interval: Estimate | undefined): Estimate {
  if (interval === undefined) return { value, low: value, high: value, rounds: 0 };
  const { low, high, rounds } = interval;
  return { value, low: Math.min(low, value), high: Math.max(high, value), rounds };
}

/**
 * How many times what `other` did `name` did, round by round: only what was measured one right after the other is
 * divided. Undefined if they share no round in which the other did anything.
 */
export function ratioOf(
  result: CaseResult,
  measure: Measure,
  name: string,
  other: string,
): Estimate | undefined {
  return ratioEstimateOf(ratiosOf(result, measure, name, other));
}

/** One for each round that both have, by its number; none where the divisor is 0 or has no end. */
export function ratiosOf(result: CaseResult, measure: Measure, name: string, other: string): number[] {
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
 * How many times what it was before a contender's measure is after, in two cases or runs, whose rounds have nothing to do
 * with each other. The interval is extended to the quotient of what is shown of both.
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

/** More than this share of a core used by other programs, and the machine is not quiet. */
const QUIET_SHARE = 0.2;

/**
 * What other programs used of a core while this case was measured; undefined if the machine was quiet. Of all contenders
 * the largest: beside a server that takes all cores others get little, however much they want.
 */
export function othersShare({ contenders }: CaseResult): number | undefined {
  const shares = contenders.flatMap(
    ({ rounds }) => estimateOf(rounds.flatMap(({ values }) => values['othersCpuShare'] ?? []))?.value ?? [],
  );
  const share = Math.max(0, ...shares);
  return share > QUIET_SHARE ? share : undefined;
}

/** The control of this case, if there is one, divided by what it is a control of. */
export function controlOf(result: CaseResult, measure: Measure, of: string): Estimate | undefined {
  const control = result.contenders.find(({ kind }) => kind === 'control');
  return control && ratioOf(result, measure, control.name, of);
}

/** What this experiment's contenders are divided by, if anything. */
export function baselineOf({ baseline = DEFAULT_BASELINE }: Experiment): string | undefined {
  return baseline === false ? undefined : baseline;
}

/** Of every round that knows it. */
function valuesOf({ rounds }: ContenderResult, { of }: Measure): number[] {
  return rounds.map(of).filter((value) => value !== undefined);
}

export function findContender({ contenders }: CaseResult, name: string): ContenderResult | undefined {
  return contenders.find((contender) => contender.name === name);
}
