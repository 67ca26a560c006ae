/**
 * A service of the user's own: clients that send one line again and again. Measured only when it is
 * named: handoff bench --own mine.js --message 'a line'.
 */
import { requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { ratePlot } from './plots.js';
import { populationsCase, WAITING } from './populations.js';
import type { Scenario } from './scenario.js';

const CLIENTS = [1, 16, 64];
/** Enough for the p99 of a service that computes for some milliseconds. */
const MIN_WINDOW_MS = 500;

export const own: Scenario = {
  name: 'own',
  partOf: 'own',
  question: 'How many of its requests does your own service answer under each model?',
  prediction:
    'If it computes, threads use all cores, and the event loop one. If its answers are short, the event loop spares ' +
    'the switches between threads. The iterative server serves one client and lets the others wait.',
  lookAt: 'Clients served; requests/s; p99.',
  axis: { label: 'clients', scale: 'log' },
  measures: WAITING,
  plots: [ratePlot('Your own service: requests answered', requestsPerSecond)],
  async measure(bench) {
    if (bench.own === undefined) throw new Error('no service was named');
    const { path, message: line } = bench.own;
    const cases = CLIENTS.map((clients) => {
      const name = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
      return populationsCase({
        name,
        title: `${path}, ${JSON.stringify(line)}, ${name}`,
        service: 'own',
        module: path,
        populations: [{ name: 'waiting', clients, pattern: 'keep', line }],
        minWindowMs: MIN_WINDOW_MS,
      });
    });
    return { cases: await bench.compare(cases, bench.contenders('own')), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};
