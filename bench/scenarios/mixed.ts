/**
 * Mixed: short requests, requests that wait and requests that compute, all at once as in a real
 * server.
 */
import { percentile, requestsPerSecond, serverCpu, served, errors } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { latencyPlot } from './plots.js';
import { populationsCase } from './populations.js';
import type { Scenario } from './scenario.js';

const shortP99 = percentile(99, 'short');

export const mixed: Scenario = {
  name: 'mixed',
  partOf: 'full',
  serverServices: ['work'],
  question: 'What if most requests are short, some wait for something else, and a few compute?',
  prediction:
    'The few requests that compute decide: on the event loop all clients wait behind them, 5 ms each, while threads ' +
    'share the cores. Requests that wait disturb no other client, except under the iterative model.',
  lookAt:
    'p99 of the short requests and of those that sleep for 10 ms, and the rate of all together.',
  axis: { label: '', scale: 'none' },
  measures: [
    requestsPerSecond,
    percentile(50, 'short'),
    shortP99,
    percentile(99, 'sleeping'),
    percentile(99, 'working'),
    serverCpu,
    errors,
    served,
  ],
  plots: [latencyPlot('short-p99', 'Short requests in a mixed load: p99', shortP99)],
  async measure(bench) {
    const it = populationsCase({
      name: 'mixed',
      title: 'mixed: 48 clients with short requests, 12 that sleep 10 ms, 4 that compute 5 ms',
      service: 'work',
      // Some 60 answers for the 4 clients that rest 20 ms.
      minWindowMs: 400,
      populations: [
        {
          name: 'short',
          clients: 48,
          pattern: 'keep',
          line: 'work 0',
          answer: 'done 0',
          thinkMs: 5,
        },
        { name: 'sleeping', clients: 12, pattern: 'keep', line: 'sleep 10', answer: 'done 10' },
        {
          name: 'working',
          clients: 4,
          pattern: 'keep',
          line: 'work 5',
          answer: 'done 5',
          thinkMs: 20,
        },
      ],
    });
    return { cases: await bench.compare([it], bench.contenders('work')), remarks: [] };
  },
  seen: comparing(requestsPerSecond, shortP99),
};
