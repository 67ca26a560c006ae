/** Clients that come for one request: what a connection costs. */
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Scenario } from './scenario.js';

export const churn: Scenario = {
  name: 'churn',
  partOf: 'quick',
  hasPeers: true,
  question: 'What does a new client cost? Connect, one request, one reply, close, and again.',
  prediction:
    "Accepting is one thread's work in every model, so the event loop should lead; handing " +
    'a connection to a thread adds a message each way. Even the iterative server serves everybody: a client that ' +
    'stays for one request lets the next one in.',
  lookAt: 'Requests/s, each of which is a whole connection, and p99, where a queue for threads would show.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [
    {
      name: 'rate',
      title: 'Connections served',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'connections/s',
    },
  ],
  async measure(bench) {
    const it = closedLoop({
      name: '64 clients',
      title: 'churn: connect, one request, close; 64 clients',
      pattern: 'churn',
      clients: 64,
    });
    return { cases: await bench.compare([it], bench.contenders('echo')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins))),
};
