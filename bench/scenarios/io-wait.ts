/** Handlers that wait for something else, as for a database: nobody computes. */
import { percentile, requestsPerSecond, serverCpu, served, errors, memory } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { populationsCase } from './populations.js';
import type { Scenario } from './scenario.js';

export const ioWait: Scenario = {
  name: 'io-wait',
  partOf: 'full',
  question: 'What if each request waits 10 ms for something else, such as a database or a disk?',
  prediction:
    'Waiting costs no core. Whoever lets 64 clients wait at the same time answers 6,400 requests a second at ' +
    'the most: event loop and threads alike. The iterative server waits with each of its clients in turn, so it ' +
    'serves one, 100 times a second.',
  lookAt: 'Requests/s: with 64 clients at most 6,400; and the p99, which is at least 10 ms.',
  axis: { label: 'clients', scale: 'none' },
  measures: [
    requestsPerSecond,
    percentile(50, 'waiting'),
    percentile(99, 'waiting'),
    serverCpu,
    memory,
    errors,
    served,
  ],
  plots: [
    {
      name: 'rate',
      title: 'Requests that wait 10 ms: answered',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
  ],
  async measure(bench) {
    const it = populationsCase({
      leastMs: 250,
      name: '64 clients',
      title: 'io-wait: 64 clients, each request sleeps 10 ms',
      service: 'work',
      populations: [{ name: 'waiting', clients: 64, pattern: 'keep', line: 'sleep 10', answer: 'done 10' }],
    });
    return { cases: await bench.compare([it], bench.contenders('work')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins))),
};
