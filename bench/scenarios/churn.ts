/** Churn: each client connects for one request, so the rate shows the cost of a connection. */
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import { ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

export const churn: Scenario = {
  name: 'churn',
  partOf: 'quick',
  hasPeers: true,
  question:
    'What does a new client cost, if each connects, sends one request, reads one reply and closes?',
  prediction:
    'In every model one thread accepts, so the event loop should lead; a hand-off to a thread adds a message in each ' +
    'direction. The iterative server serves all clients, too, because each leaves after one request.',
  lookAt:
    'Requests/s, each of which is a whole connection, and p99, which would show a queue for threads.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [ratePlot('Connections served', requestsPerSecond, 'connections/s')],
  async measure(bench) {
    const it = closedLoop({
      name: '64 clients',
      title: 'churn: connect, one request, close; 64 clients',
      pattern: 'churn',
      clients: 64,
    });
    return { cases: await bench.compare([it], bench.contenders('echo')), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};
