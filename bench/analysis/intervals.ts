/**
 * How sure a number is: 95 % intervals over rounds. verdicts.ts says what may be concluded from one.
 *
 * Pure functions on numbers. Everything is a median: one round that something else disturbed does not move it, and
 * its interval covered, in 10,000 simulated runs each of normal, log-normal, Laplace and outlier-ridden rounds,
 * 93.8 % for 5 rounds, 98.5 % for 7, 96 % for 10 and for 20. An interval for the geometric mean, on the same rounds
 * with one in ten slowed by up to 30 %, covered 74–84 %. See README.md, "Statistics"; estimates.ts applies this.
 */
import { betweenTails, bootstrapMedian, combined, expandedTail, type Midpoint } from './bootstrap.js';

/** A median with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /**
   * How many rounds the interval stands on. The interval of 2 to 4 is all they have, their range, and covers 50, 75 or
   * 87.5 %; of one there is none, and `low` and `high` are the value.
   */
  readonly rounds: number;
}

/** With fewer, even all rounds on the same side are no proof: five are that once in 16 times by chance, four in 8. */
export const FEWEST_ROUNDS = 5;

const arithmetic: Midpoint = (lower, upper) => (lower + upper) / 2;
/** Of 0 and Infinity: 1, since they say nothing together. */
const geometric: Midpoint = (lower, upper) => (lower === upper ? lower : Math.sqrt(lower * upper) || 1);

/** The median of a quantity over rounds. Undefined of nothing; what is not a number does not count. */
export function estimateOf(values: readonly number[]): Estimate | undefined {
  return medianWithInterval(
    values.filter((value) => !Number.isNaN(value)),
    arithmetic,
  );
}

/**
 * The median of ratios, each taken within a round; on their logarithms, so that exchanging numerator and denominator
 * gives exactly the inverse. 0 and Infinity are ratios too: a server that served nobody, against one that did.
 */
export function ratioEstimateOf(ratios: readonly number[]): Estimate | undefined {
  return medianWithInterval(
    ratios.filter((ratio) => ratio >= 0),
    geometric,
  );
}

/** How many times its median before a quantity is after, of two runs whose rounds have nothing to do with each other. */
export function changeOfValues(before: readonly number[], after: readonly number[]): Estimate | undefined {
  return change(before, after, arithmetic);
}

/** The same for ratios that were taken within the rounds of each run. */
export function changeOfRatios(before: readonly number[], after: readonly number[]): Estimate | undefined {
  return change(before, after, geometric);
}

/** The last loads of a warm-up that are looked at. */
const WINDOW = 5;
/** What a straight line through them gains or loses from the first to the last, as a share of their mean. */
const MOST_TREND = 0.03;

/**
 * Whether the rates of a warm-up's loads, oldest first, have settled: the last five show no trend, or none that stands
 * out from their noise (a slope of less than its own standard error). Georges et al. ("Statistically Rigorous Java
 * Performance Evaluation", OOPSLA 2007) ask for a small coefficient of variation instead; on a shared machine that
 * varies by 10 % from load to load that is never reached, however steady the server, and noise is for the rounds to
 * average. Where the rate approaches its limit by 1/8 of the way each load, 5 % are missing when it says yes.
 *
 * It cannot see a plateau between two stages of compilation, nor what happens less often than every five loads, nor
 * that V8 will throw code away later. Some programs never are steady: Barrett et al., "Virtual Machine Warmup Blows Hot
 * and Cold" (OOPSLA 2017). That is why rounds are interleaved all the same.
 */
export function isSteady(rates: readonly number[]): boolean {
  const last = rates.slice(-WINDOW);
  if (last.length < WINDOW) return false;
  const mean = last.reduce((sum, rate) => sum + rate, 0) / WINDOW;
  // Who serves nobody is steady.
  if (mean === 0) return true;
  const middle = (WINDOW - 1) / 2;
  const spread = last.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  const slope = last.reduce((sum, rate, index) => sum + (index - middle) * rate, 0) / spread;
  const residuals = last.map((rate, index) => rate - mean - slope * (index - middle));
  const variance = residuals.reduce((sum, residual) => sum + residual ** 2, 0) / (WINDOW - 2);
  const shareOfMean = (perLoad: number) => (perLoad * (WINDOW - 1)) / mean;
  const noise = shareOfMean(Math.sqrt(variance / spread));
  return shareOfMean(Math.abs(slope)) <= Math.max(MOST_TREND, noise);
}

function medianWithInterval(values: readonly number[], midpoint: Midpoint): Estimate | undefined {
  const value = medianOf(values, midpoint);
  if (value === undefined) return undefined;
  const interval = betweenTails(bootstrapMedian(values, midpoint), expandedTail(values.length));
  return { value, ...interval, rounds: values.length };
}

/**
 * Expanded as for the smaller sample, with the degrees of freedom of both: a little too wide, it covered 97.5 to 99 %
 * for 5 to 10 rounds each, and 97 % for 20.
 */
function change(
  before: readonly number[],
  after: readonly number[],
  midpoint: Midpoint,
): Estimate | undefined {
  if ([...before, ...after].some((value) => !(value >= 0))) return undefined;
  const from = medianOf(before, midpoint);
  const to = medianOf(after, midpoint);
  if (from === undefined || to === undefined) return undefined;
  const rounds = Math.min(before.length, after.length);
  const outcomes = combined(bootstrapMedian(after, midpoint), bootstrapMedian(before, midpoint), quotient);
  const tail = expandedTail(rounds, before.length + after.length - 2);
  return { value: quotient(to, from), ...betweenTails(outcomes, tail), rounds };
}

/** Nothing, compared with nothing, is unchanged; so is what never ended. */
export function quotient(to: number, from: number): number {
  return to === from ? 1 : to / from;
}

function medianOf(values: readonly number[], midpoint: Midpoint): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const lower = sorted[(sorted.length - 1) >> 1];
  const upper = sorted[sorted.length >> 1];
  return lower === undefined || upper === undefined ? undefined : midpoint(lower, upper);
}
