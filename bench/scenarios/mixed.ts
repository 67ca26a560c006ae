/** All kinds of clients at once, as a real server has them. */
import { percentile, requestsPerSecond, serverCpu, served, errors } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { populationsCase } from './populations.js';
import type { Scenario } from './scenario.js';

const shortP99 = percentile(99, 'short');

export const mixed: Scenario = {
  name: 'mixed',
  partOf: 'full',
  question: 'What if most clients ask for little, some wait for something else, and a few compute?',
  prediction:
    'The few that compute decide: on the event loop everybody waits behind them, 5 ms each, while threads share the ' +
    'cores. Those that wait disturb nobody, except under the iterative model.',
  lookAt: 'The p99 of the short requests and of those that sleep for 10 ms, beside the rate of all together.',
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
  plots: [
    {
      name: 'short-p99',
      title: 'Short requests in mixed company: p99',
      measure: shortP99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const it = populationsCase({
      name: 'mixed',
      title: 'mixed: 48 clients with short requests, 12 that sleep 10 ms, 4 that compute 5 ms',
      service: 'work',
      // 4 clients that rest 20 ms: some 60 answers in this time.
      leastMs: 400,
      populations: [
        { name: 'short', clients: 48, pattern: 'keep', line: 'work 0', answer: 'done 0', thinkMs: 5 },
        { name: 'sleeping', clients: 12, pattern: 'keep', line: 'sleep 10', answer: 'done 10' },
        { name: 'working', clients: 4, pattern: 'keep', line: 'work 5', answer: 'done 5', thinkMs: 20 },
      ],
    });
    return { cases: await bench.compare([it], bench.contenders('work')), remarks: [] };
  },
  seen: ({ cases }, margins) =>
    joined(
      ...cases.flatMap((one) => [
        comparedWith(one, requestsPerSecond, margins),
        comparedWith(one, shortP99, margins),
      ]),
    ),
};
