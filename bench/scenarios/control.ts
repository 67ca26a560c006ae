/**
 * Control: a model against a second process of itself, which shows how far to trust all other
 * results.
 */
import { ratioOf } from '../analysis/estimates.js';
import { formatEstimate } from '../analysis/numbers.js';
import { MIN_ROUNDS, type Estimate } from '../analysis/intervals.js';
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { NOTHING_SEEN } from '../analysis/sentences.js';
import { control as secondProcess, modelNamed } from '../contenders/models.js';
import { closedLoop } from './closed-loop.js';
import {
  MIN_MARGIN,
  formatMargin,
  inWords,
  marginBeside,
  verdictOf,
} from '../analysis/verdicts.js';
import { ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

const MODEL = 'event-loop';
const AGAIN = `${MODEL} again`;

export const control: Scenario = {
  name: 'control',
  partOf: 'quick',
  participation: 'the control always compares the event loop with itself',
  question: 'Does the bench find a difference between a model and a second process of itself?',
  prediction:
    'In at least 19 of 20 runs the interval of the ratio includes 1, and there is no winner.',
  lookAt:
    'The verdict, and the width of the interval: in this run, the bench cannot find smaller differences. An interval ' +
    'wholly beyond 1 widens the margin of all other verdicts.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  baseline: MODEL,
  plots: [ratePlot('The same server twice: requests answered', requestsPerSecond)],
  async measure(bench) {
    const it = closedLoop({
      name: '16 clients',
      title: 'control: the event loop against itself, echo, 16 clients',
      pattern: 'echo',
      clients: 16,
    });
    const model = modelNamed(MODEL);
    return { cases: await bench.compare([it], [model, secondProcess(model)]), remarks: [] };
  },
  seen({ cases: [only] }) {
    const ratio = only && ratioOf(only, requestsPerSecond, AGAIN, MODEL);
    if (ratio === undefined) return NOTHING_SEEN;
    return `A second process of the same server reached ${formatEstimate(ratio)} of the first: ${wordsFor(ratio)}.`;
  },
};

/** Uses the minimal margin, because this control determines the margin of the run. */
function wordsFor(ratio: Estimate): string {
  const verdict = verdictOf(ratio);
  if (ratio.rounds < MIN_ROUNDS) return inWords(ratio, MIN_MARGIN);
  if (verdict === 'equal') return `no winner, as expected, and ${inWords(ratio, MIN_MARGIN)}`;
  if (verdict === 'unknown')
    return 'no winner, as expected, but this run cannot find differences within this interval';
  const margin = formatMargin(marginBeside([ratio]));
  return `a winner where there is none, so no difference below ${margin} counts in this run`;
}
