/** I/O wait: each request waits for something else, such as a database; no request computes. */
import { requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { ratePlot } from './plots.js';
import { populationsCase, WAITING } from './populations.js';
import type { Scenario } from './scenario.js';

export const ioWait: Scenario = {
  name: 'io-wait',
  partOf: 'full',
  serverServices: ['work'],
  question: 'What if each request waits 10 ms for something else, such as a database or a disk?',
  prediction:
    'Waiting needs no core. A model that lets 64 clients wait at the same time answers at most 6,400 requests/s: event ' +
    'loop and threads alike. The iterative server waits with one client at a time, so it answers one client, 100 ' +
    'times per second.',
  lookAt: 'Requests/s, at most 6,400 with 64 clients, and p99, at least 10 ms.',
  axis: { label: 'clients', scale: 'none' },
  measures: WAITING,
  plots: [ratePlot('Requests that wait 10 ms: answered', requestsPerSecond)],
  async measure(bench) {
    const it = populationsCase({
      minWindowMs: 250,
      name: '64 clients',
      title: 'io-wait: 64 clients, each request sleeps 10 ms',
      service: 'work',
      populations: [
        { name: 'waiting', clients: 64, pattern: 'keep', line: 'sleep 10', answer: 'done 10' },
      ],
    });
    return { cases: await bench.compare([it], bench.contenders('work')), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};
