/**
 * What may be concluded from an interval: a difference, equality, or nothing. The one rule for all that is said of a
 * run (sentences.ts) and of two (bench/report/compare.ts).
 *
 * A difference within a margin does not count, whatever the rounds say: two processes of the very same program differ
 * for as long as they live, by what was compiled when, by where memory lies, by which core a thread is on (Mytkowicz
 * et al., "Producing Wrong Data Without Doing Anything Obviously Wrong!", ASPLOS 2009). Rounds repeat the measurement,
 * not the process, so no number of them averages that out. The same margin makes equality something that can be shown
 * (D. Schuirmann, J. Pharmacokinetics and Biopharmaceutics 15, 1987: two one-sided tests): the whole interval lies
 * within it. An interval that is neither beyond nor within is too wide to tell. README.md, "Verdicts", has how often
 * that goes wrong. Pure functions; intervals.ts computes what they judge.
 */
import { controlOf } from './estimates.js';
import type { ExperimentResult, Measure } from './experiment.js';
import { FEWEST_ROUNDS, type Estimate } from './intervals.js';
import { requestsPerSecond } from './measures.js';

/** Of a ratio: the first is higher or lower than the second, both are equal within the margin, or one cannot tell. */
export type Verdict = 'higher' | 'lower' | 'equal' | 'unknown';

/** Which difference does not count, as a share of 1: of 0.05, ratios from 1/1.05 to 1.05 are within. */
export const LEAST_MARGIN = 0.05;

/** The margin of a measure in a run, by the run's own control. */
export type Margins = (measure: Measure) => number;

/** Of a ratio, by its interval. */
export function verdictOf({ low, high, rounds }: Estimate, margin = LEAST_MARGIN): Verdict {
  if (rounds < FEWEST_ROUNDS) return 'unknown';
  const [least, most] = [1 / (1 + margin), 1 + margin];
  if (low > most) return 'higher';
  if (high < least) return 'lower';
  return low >= least && high <= most ? 'equal' : 'unknown';
}

/**
 * The larger of 5 % and what the controls certainly differ by, each a contender divided by a second process of itself:
 * how far the nearer end of its interval is from 1. Not the control's own median, nor the width of its interval: those
 * are mostly the noise of its rounds, which is in every interval that is judged, and would count twice.
 */
export function marginBeside(controls: readonly (Estimate | undefined)[]): number {
  const apart = controls.map((control) =>
    control === undefined || control.rounds < FEWEST_ROUNDS ? 0 : Math.max(control.low, 1 / control.high) - 1,
  );
  return Math.max(LEAST_MARGIN, ...apart);
}

/** A measure that the control does not have, such as a population's rate, is judged as requests/s are. */
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
      controlled.map(({ one, of }) => controlOf(one, measure, of) ?? controlOf(one, requestsPerSecond, of)),
    );
}

/** For when nothing is known of a control. */
export const usualMargins: Margins = () => LEAST_MARGIN;

/** `5 %`, `7.4 %` */
export function formatMargin(margin: number): string {
  return `${Number((margin * 100).toPrecision(2))} %`;
}

/** What stands in brackets behind a ratio. */
export function inWords(ratio: Estimate, margin: number): string {
  if (ratio.rounds < FEWEST_ROUNDS) return 'too few rounds for a verdict';
  switch (verdictOf(ratio, margin)) {
    case 'equal':
      return `no difference beyond ${formatMargin(margin)}`;
    case 'unknown':
      return 'too uncertain to tell';
    case 'higher':
      return 'higher';
    case 'lower':
      return 'lower';
  }
}
