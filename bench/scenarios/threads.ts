/**
 * Threads: the same load with more and more client threads, and the unchanged event loop next to
 * it. A client that finds no free thread waits in the queue, so one thread serves 64 clients, too.
 */
import { measured, ratioOf } from '../analysis/estimates.js';
import type { CaseResult, ExperimentResult, Margins } from '../analysis/experiment.js';
import { formatEstimate } from '../analysis/numbers.js';
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { MIN_ROUNDS } from '../analysis/intervals.js';
import { joined, NOTHING_SEEN, numberOf, shown } from '../analysis/sentences.js';
import { defaultMargins } from '../analysis/verdicts.js';
import { closedLoop } from './closed-loop.js';
import { latencyPlot, ratePlot } from './plots.js';
import type { Case, Scenario } from './scenario.js';
import { TIME_WORDS } from '../../src/serving/time-words.js';

const THREADS = [1, 2, 4, 16, 64];
const CLIENTS = 64;
const MODEL = 'thread-per-client';
const REFERENCE = 'event-loop';

export const threadSweep: Scenario = {
  name: 'threads',
  partOf: 'full',
  participation: 'it compares numbers of client threads, with the event loop as reference',
  question: 'How many client threads does a load need?',
  prediction:
    'A service that computes and never waits needs as many threads as there are cores, and one more for waits in the ' +
    'kernel: cores × (1 + waiting time / service time) (Goetz et al., Java Concurrency in Practice, 2006, 8.2). ' +
    'Each additional thread costs memory and warm caches without a gain. An echo request takes some microseconds; its ' +
    'connection takes a turn of the main thread, which is the limit here.',
  lookAt:
    'Requests/s, each of which is a whole connection: where the line bends, there are enough threads. p99: with few ' +
    `threads a client is ${TIME_WORDS.queue}, with many it is ${TIME_WORDS.core}. Memory.`,
  axis: { label: 'client threads', scale: 'log' },
  measures: CLOSED_LOOP,
  plots: [
    ratePlot(
      'Connections of 64 clients served, by number of threads',
      requestsPerSecond,
      'connections/s',
    ),
    latencyPlot('p99', 'p99 of a connection, by number of threads', p99),
  ],
  async measure(bench) {
    const contenders = bench
      .contenders('echo')
      .filter(({ name }) => name === MODEL || name === REFERENCE);
    return { cases: await bench.compare(THREADS.map(churnWith), contenders), remarks: [] };
  },
  seen,
};

function churnWith(threads: number): Case {
  const name = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const title = `threads: connect, one request, close; 64 clients, ${name}`;
  const loop = closedLoop({ name, title, x: threads, pattern: 'churn', clients: CLIENTS });
  return { ...loop, needs: { ...loop.needs, threads } };
}

/**
 * Compares the cases by their ratios to the event loop in the same rounds, because the cases ran
 * one after the other. Without an event loop, the rates are compared directly.
 */
function seen({ cases }: ExperimentResult, margins: Margins = defaultMargins): string {
  const hasReference = cases.every(
    (one) => numberOf(one, requestsPerSecond, REFERENCE) !== undefined,
  );
  const known = cases.flatMap((one) => {
    const contender = one.contenders.find(({ name }) => name === MODEL);
    const estimate = hasReference
      ? ratioOf(one, requestsPerSecond, MODEL, REFERENCE)
      : contender && measured(contender, requestsPerSecond);
    return estimate === undefined ? [] : [{ one, estimate }];
  });
  const best = known.toSorted((a, b) => b.estimate.value - a.estimate.value)[0];
  const reach = 1 + margins(requestsPerSecond);
  const enough = known.find(
    ({ estimate }) => best !== undefined && estimate.high * reach >= best.estimate.low,
  );
  const [first, last] = [known[0], known.at(-1)];
  if (best === undefined || enough === undefined || first === undefined || last === undefined)
    return NOTHING_SEEN;
  const listed = [...new Set([first.one, enough.one, best.one, last.one])];
  return joined(
    best.estimate.rounds < MIN_ROUNDS
      ? `Highest rate with ${best.one.name}; too few rounds for a verdict.`
      : enough === best
        ? `Highest rate with ${best.one.name}; ${best === first ? 'more threads served no more' : 'fewer threads served less'}.`
        : `Highest rate with ${best.one.name}; ${enough.one.name}: no certain difference.`,
    `${listed.map(rateIn).join('; ')}.`,
  );
}

function rateIn(one: CaseResult): string {
  const ratio = ratioOf(one, requestsPerSecond, MODEL, REFERENCE);
  const relative = ratio === undefined ? '' : `, ${formatEstimate(ratio)} of ${REFERENCE}`;
  return `${one.name}: ${shown(one, requestsPerSecond, MODEL) ?? 'unknown'} connections/s${relative}`;
}
