/**
 * The rule for conclusions from an interval: a difference, equality, or neither. The sentences
 * about a run (sentences.ts), its targets (bench/report/targets.ts) and comparisons of runs
 * (bench/report/compare.ts) follow it. Pure functions; intervals.ts computes the intervals.
 *
 * A difference within a margin does not count. Two processes of the same program differ for as long
 * as they live: in compiled code, memory layout and the cores of their threads (Mytkowicz et al.,
 * "Producing Wrong Data Without Doing Anything Obviously Wrong!", ASPLOS 2009). Rounds repeat the
 * measurement, not the process, so they do not average that out.
 *
 * The margin also makes equality provable: the whole interval lies within it (two one-sided tests:
 * D. Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987). Any other interval is too wide
 * to tell.
 */
import { controlOf } from './estimates.js';
import type { ExperimentResult, Margins } from './experiment.js';
import { MIN_ROUNDS, type Estimate } from './intervals.js';
import { requestsPerSecond } from './measures.js';

/** The verdict on a ratio: numerator higher or lower, both equal within the margin, or unknown. */
export type Verdict = 'higher' | 'lower' | 'equal' | 'unknown';

/** The smallest margin, as a share of 1: ratios from 1/1.05 to 1.05 lie within 0.05. */
export const MIN_MARGIN = 0.05;

/** The words for verdicts without a conclusion. */
export const UNCERTAIN = 'too uncertain to tell';
export const TOO_FEW_ROUNDS = 'too few rounds for a verdict';

/** Judges a ratio by its interval; see the head of this file. */
export function verdictOf({ low, high, rounds }: Estimate, margin = MIN_MARGIN): Verdict {
  if (rounds < MIN_ROUNDS) return 'unknown';
  const [least, most] = [1 / (1 + margin), 1 + margin];
  if (low > most) return 'higher';
  if (high < least) return 'lower';
  return low >= least && high <= most ? 'equal' : 'unknown';
}

/**
 * Returns the margin of a run: 5 %, or more if a control certainly differs by more. A control is a
 * contender divided by a second process of itself; it certainly differs by the distance of the
 * nearer end of its interval from 1. The control's median and the width of its interval do not
 * count: they are mostly noise of the rounds, which every judged interval already includes.
 */
export function marginBeside(controls: readonly (Estimate | undefined)[]): number {
  const apart = controls.map((control) =>
    control === undefined || control.rounds < MIN_ROUNDS
      ? 0
      : Math.max(control.low, 1 / control.high) - 1,
  );
  return Math.max(MIN_MARGIN, ...apart);
}

/**
 * Returns the margins of runs by their controls; a measure without a control has that of
 * requests/s.
 */
export function marginsOf(...runs: readonly (readonly ExperimentResult[])[]): Margins {
  const controlled = runs.flat().flatMap(({ cases }) =>
    cases.flatMap((one) => {
      const first = one.contenders.find(({ kind }) => kind !== 'control');
      const has = one.contenders.some(({ kind }) => kind === 'control');
      return has && first !== undefined ? [{ one, of: first.name }] : [];
    }),
  );
  return (measure) =>
    marginBeside(
      controlled.map(
        ({ one, of }) => controlOf(one, measure, of) ?? controlOf(one, requestsPerSecond, of),
      ),
    );
}

/** The margins of a run without a control. */
export const defaultMargins: Margins = () => MIN_MARGIN;

/** Formats a margin with two digits at most: `5 %`, `7.4 %`. */
export function formatMargin(margin: number): string {
  return `${Number((margin * 100).toPrecision(2))} %`;
}

/** Words a verdict, for the brackets behind a ratio. */
export function inWords(ratio: Estimate, margin: number): string {
  if (ratio.rounds < MIN_ROUNDS) return TOO_FEW_ROUNDS;
  const verdict = verdictOf(ratio, margin);
  switch (verdict) {
    case 'equal':
      return `no difference beyond ${formatMargin(margin)}`;
    case 'unknown':
      return UNCERTAIN;
    case 'higher':
    case 'lower':
      return verdict;
  }
}
