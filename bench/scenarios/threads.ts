/**
 * The same load at more and more client threads. Whoever finds all of them taken waits in the acceptor's queue, so
 * that 64 clients are served by one thread, too, one after the other. The event loop stands beside it, unchanged.
 */
import type { CaseResult, ExperimentResult } from '../experiment.js';
import { CLOSED_LOOP, p99, requestsPerSecond } from '../measures.js';
import { joined, numberOf, shown } from '../sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Case, Scenario } from './scenario.js';

const THREADS = [1, 2, 4, 8, 16, 32, 64];
const CLIENTS = 64;
const [MODEL, BESIDE] = ['thread-per-client', 'event-loop'];
/** Less than this much better than with half the threads, and the other half was for nothing. */
const WORTH = 1.05;

export const threadSweep: Scenario = {
  name: 'threads',
  partOf: 'full',
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

function seen({ cases }: ExperimentResult): string {
  const rates = cases.flatMap((one) => {
    const rate = numberOf(one, requestsPerSecond, MODEL);
    return rate === undefined ? [] : [{ one, rate }];
  });
  const [first] = rates;
  const last = rates.at(-1);
  if (first === undefined || last === undefined) return joined();
  const enough = rates.find(({ rate }) => rates.every((other) => other.rate <= rate * WORTH)) ?? last;
  return joined(
    `From ${enough.one.name} on, no number of threads served ${percent(WORTH - 1)} more: ${said(enough.one)}.`,
    enough.one === first.one ? '' : `With ${first.one.name}: ${said(first.one)}.`,
    enough.one === last.one ? '' : `With ${last.one.name}: ${said(last.one)}.`,
  );
}

function said(one: CaseResult): string {
  const rate = shown(one, requestsPerSecond, MODEL) ?? 'unknown';
  const beside = shown(one, requestsPerSecond, BESIDE);
  return `${rate} connections/s${beside === undefined ? '' : ` (${BESIDE}: ${beside})`}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
