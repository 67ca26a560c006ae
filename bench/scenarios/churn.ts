/**
 * Churn: each client connects for one request, so the rate shows the cost of a connection. A full
 * run has our models a second time, with a log of their connections; peers have none.
 */
import { join } from 'node:path';
import type { CaseResult } from '../analysis/experiment.js';
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { TEXT_SERVICES, type Contender } from '../contenders/contender.js';
import { variant } from '../contenders/models.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { closedLoop } from './closed-loop.js';
import { ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

/** As many as fit into one batch of accepted connections, and as many as make a queue. */
const CLIENTS = [8, 32];
const LOGGING_MODELS = ['event-loop', 'thread-per-client', 'worker-event-loops'];

export const churn: Scenario = {
  name: 'churn',
  partOf: 'quick',
  hasPeers: true,
  serverServices: TEXT_SERVICES,
  question:
    'What does a new client cost, if each connects, sends one request, reads one reply and closes?',
  prediction:
    'In every model one thread accepts, so the event loop should lead; a hand-off to a thread adds a wake-up in each ' +
    'direction. The iterative server serves all clients, too, because each leaves after one request. Two log lines ' +
    'for each connection cost main about as much as serving it.',
  lookAt:
    'Requests/s, each of which is a whole connection, and p99, which would show a queue for threads.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [ratePlot('Connections served', requestsPerSecond, 'connections/s')],
  async measure(bench) {
    const contenders = bench.contenders(bench.textService);
    const isQuick = bench.length === 'quick';
    const cases: CaseResult[] = [];
    await withTemporaryDirectory(async (directory) => {
      for (const clients of isQuick ? CLIENTS.slice(-1) : CLIENTS) {
        const it = closedLoop({
          name: `${clients} clients`,
          title: `churn: connect, one request, close; ${clients} clients`,
          pattern: 'churn',
          textService: bench.textService,
          clients,
        });
        const all = isQuick ? contenders : [...contenders, ...logging(contenders, directory)];
        cases.push(...(await bench.compare([it], all)));
      }
    });
    return { cases, remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};

function logging(contenders: readonly Contender[], directory: string): Contender[] {
  return LOGGING_MODELS.filter((model) => contenders.some(({ name }) => name === model)).map(
    (model) =>
      variant(model, `${model}, logging`, [
        '--log-connections',
        ...['--log-file', join(directory, `${model}.log`)],
      ]),
  );
}
