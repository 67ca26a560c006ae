/** More and more client threads for requests that wait: where threads are clients at once, and nothing else. */
import { percentile, requestsPerSecond, memory, serverCpu, errors, served } from '../analysis/measures.js';
import { joined, shown } from '../analysis/sentences.js';
import { populationsCase } from './populations.js';
import type { Case, Scenario } from './scenario.js';

const THREADS = [1, 4, 16, 64];
const CLIENTS = 64;
const MODEL = 'thread-per-client';

export const threadsWaiting: Scenario = {
  name: 'threads-waiting',
  partOf: 'full',
  whoTakesPart: 'it compares numbers of client threads',
  question: 'And how many client threads does a load need whose requests wait 5 ms for something else?',
  prediction:
    'A thread that waits takes no core, so every thread more serves another client at the same time: 200 requests/s ' +
    "each, by Little's law, up to 64 threads for 64 clients. Waiting time over service time is what makes many threads worth " +
    'their memory (Goetz et al., Java Concurrency in Practice, 8.2).',
  lookAt:
    'Requests/s, each a whole connection, as threads double; and the p99, most of which is the wait for a thread.',
  axis: { label: 'client threads', scale: 'log' },
  measures: [
    requestsPerSecond,
    percentile(50, 'waiting'),
    percentile(99, 'waiting'),
    serverCpu,
    memory,
    errors,
    served,
  ],
  baseline: false,
  plots: [
    {
      name: 'rate',
      title: 'Requests that wait 5 ms, by number of threads',
      measure: requestsPerSecond,
      scale: 'log',
      label: 'requests/s',
    },
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
    // One thread serves 200 a second.
    leastMs: 400,
    populations: [{ name: 'waiting', clients: CLIENTS, pattern: 'churn', line: 'sleep 5', answer: 'done 5' }],
  });
  return { ...it, needs: { ...it.needs, threads } };
}
