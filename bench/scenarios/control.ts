/** A model against itself: how far to trust everything else in the run. */
import { ratioOf } from '../analysis/estimates.js';
import { formatEstimate } from '../analysis/numbers.js';
import { FEWEST_ROUNDS, type Estimate } from '../analysis/intervals.js';
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { NOTHING_SEEN } from '../analysis/sentences.js';
import { control as secondProcess, modelNamed } from '../contenders/models.js';
import { closedLoop } from './closed-loop.js';
import { LEAST_MARGIN, formatMargin, inWords, marginBeside, verdictOf } from '../analysis/verdicts.js';
import type { Scenario } from './scenario.js';

const MODEL = 'event-loop';
const AGAIN = `${MODEL} again`;

export const control: Scenario = {
  name: 'control',
  partOf: 'quick',
  whoTakesPart: 'the control is always the event loop against itself',
  question:
    'Does the bench find a difference where there is none: a model against a second process of itself?',
  prediction:
    'The interval of the ratio includes 1, and nobody is called quicker, in at least 19 of 20 runs.',
  lookAt:
    'The verdict, and how wide the interval is: nothing that differs by less in this run can be told apart. What lies ' +
    'wholly beyond 1 widens the margin of all other verdicts.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  baseline: MODEL,
  plots: [
    {
      name: 'rate',
      title: 'The same server twice: requests answered',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
  ],
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

/** By the least margin: that of the run is what this control makes it. */
function wordsFor(ratio: Estimate): string {
  const verdict = verdictOf(ratio);
  if (ratio.rounds < FEWEST_ROUNDS) return inWords(ratio, LEAST_MARGIN);
  if (verdict === 'equal') return `no winner, as it must be, and ${inWords(ratio, LEAST_MARGIN)}`;
  if (verdict === 'unknown')
    return 'no winner, as it must be, but differences within this interval cannot be told in this run';
  const margin = formatMargin(marginBeside([ratio]));
  return `a winner where there is none, so no difference below ${margin} counts in this run`;
}
