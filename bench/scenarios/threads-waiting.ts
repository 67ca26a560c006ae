/** Threads for requests that wait: each client thread serves one client at a time. */
import { requestsPerSecond } from '../analysis/measures.js';
import { joined, shown } from '../analysis/sentences.js';
import { ratePlot } from './plots.js';
import { populationsCase, WAITING } from './populations.js';
import type { Case, Scenario } from './scenario.js';

const THREADS = [1, 4, 16, 64];
const CLIENTS = 64;
const MODEL = 'thread-per-client';

export const threadsWaiting: Scenario = {
  name: 'threads-waiting',
  partOf: 'full',
  participation: 'it compares numbers of client threads',
  question: 'How many client threads does a load need whose requests wait 5 ms for something else?',
  prediction:
    "A waiting thread needs no core, so each additional thread serves another client at the same time. By Little's " +
    'law that is 200 requests/s per thread, up to 64 threads for 64 clients. The ratio of waiting time to service ' +
    'time decides how many threads are worth their memory (Goetz et al., Java Concurrency in Practice, 8.2).',
  lookAt:
    'Requests/s, each of which is a whole connection, as threads grow; p99, which is mostly the wait for a thread.',
  axis: { label: 'client threads', scale: 'log' },
  measures: WAITING,
  baseline: false,
  plots: [
    ratePlot(
      'Requests that wait 5 ms, by number of threads',
      requestsPerSecond,
      'requests/s',
      'log',
    ),
  ],
  async measure(bench) {
    const contenders = bench.contenders('work').filter(({ name }) => name === MODEL);
    return { cases: await bench.compare(THREADS.map(waitingWith), contenders), remarks: [] };
  },
  seen: ({ cases }) =>
    joined(
      ...cases.map((one) => {
        const rate = shown(one, requestsPerSecond, MODEL);
        return rate && `${one.name}: ${rate} requests/s.`;
      }),
    ),
};

function waitingWith(threads: number): Case {
  const name = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const it = populationsCase({
    name,
    title: `threads-waiting: connect, sleep 5 ms, close; 64 clients, ${name}`,
    x: threads,
    service: 'work',
    // One thread serves 200 clients per second.
    minWindowMs: 400,
    populations: [
      { name: 'waiting', clients: CLIENTS, pattern: 'churn', line: 'sleep 5', answer: 'done 5' },
    ],
  });
  return { ...it, needs: { ...it.needs, threads } };
}
