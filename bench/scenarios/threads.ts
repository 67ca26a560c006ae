/**
 * The same load at more and more client threads. Whoever finds all of them taken waits in the acceptor's queue, so
 * that 64 clients are served by one thread, too, one after the other. The event loop stands beside it, unchanged.
 */
import { measured, ratioOf } from '../analysis/estimates.js';
import type { CaseResult, ExperimentResult } from '../analysis/experiment.js';
import { formatEstimate } from '../analysis/numbers.js';
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { FEWEST_ROUNDS } from '../analysis/intervals.js';
import { joined, NOTHING_SEEN, numberOf, shown } from '../analysis/sentences.js';
import { usualMargins, type Margins } from '../analysis/verdicts.js';
import { closedLoop } from './closed-loop.js';
import type { Case, Scenario } from './scenario.js';

const THREADS = [1, 2, 4, 16, 64];
const CLIENTS = 64;
const MODEL = 'thread-per-client';
const BESIDE = 'event-loop';

export const threadSweep: Scenario = {
  name: 'threads',
  partOf: 'full',
  whoTakesPart: 'it compares numbers of client threads, and the event loop beside them',
  question: 'How many client threads does a load need?',
  prediction:
    'Where a service computes and never waits, as many as there are cores, and one more for what the kernel makes it ' +
    'wait: Goetz et al., Java Concurrency in Practice (2006), 8.2, cores × (1 + waiting time / service time). Each ' +
    'thread more takes memory and warm caches and gives nothing back. A request of echo takes some microseconds and ' +
    'its connection is one turn of the main thread, which is what limits here.',
  lookAt:
    'Requests/s, each a whole connection, as threads grow: where the line bends, there are enough. p99: with few ' +
    'threads a client waits in the queue, with many it is a thread that waits for its turn on a core. Memory.',
  axis: { label: 'client threads', scale: 'log' },
  measures: CLOSED_LOOP,
  plots: [
    {
      name: 'rate',
      title: 'Connections of 64 clients served, by number of threads',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'connections/s',
    },
    {
      name: 'p99',
      title: 'p99 of a connection, by number of threads',
      measure: p99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const contenders = bench.contenders('echo').filter(({ name }) => name === MODEL || name === BESIDE);
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
 * Cases are measured one after the other, so their rates are compared by what the event loop did in the same rounds;
 * by themselves only where it was not there.
 */
function seen({ cases }: ExperimentResult, margins: Margins = usualMargins): string {
  const hasBeside = cases.every((one) => numberOf(one, requestsPerSecond, BESIDE) !== undefined);
  const known = cases.flatMap((one) => {
    const contender = one.contenders.find(({ name }) => name === MODEL);
    const estimate = hasBeside
      ? ratioOf(one, requestsPerSecond, MODEL, BESIDE)
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
  const told = [...new Set([first.one, enough.one, best.one, last.one])];
  return joined(
    best.estimate.rounds < FEWEST_ROUNDS
      ? `Most with ${best.one.name}, in too few rounds for a verdict.`
      : enough === best
        ? `Most with ${best.one.name}${best === first ? '; more threads served no more' : ', and fewer threads served less'}.`
        : `Most with ${best.one.name}, but ${enough.one.name} could not be told apart from it.`,
    `${told.map(said).join('; ')}.`,
  );
}

function said(one: CaseResult): string {
  const ratio = ratioOf(one, requestsPerSecond, MODEL, BESIDE);
  const beside = ratio === undefined ? '' : `, ${formatEstimate(ratio)} of ${BESIDE}`;
  return `${one.name}: ${shown(one, requestsPerSecond, MODEL) ?? 'unknown'} connections/s${beside}`;
}
