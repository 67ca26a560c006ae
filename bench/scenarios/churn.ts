/**
 * Question: what does a new client cost? Connect, one request, one reply, close, and again.
 *
 * Theory: accepting is one thread's work in every model, so the event loop, which does nothing else, should lead;
 * handing a connection to a thread adds a message each way. Even the iterative server serves everybody: a
 * client that stays for one request lets the next one in.
 * Look at: requests/s (each is a whole connection), and p99, where a queue for threads would show.
 */
import type { LoadScenario } from './scenario.js';

export const churn: LoadScenario = {
  kind: 'load',
  name: 'churn',
  service: 'echo',
  cases: [
    {
      scenario: 'churn',
      title: 'churn: connect, one request, close; 64 clients',
      pattern: 'churn',
      clients: 64,
      senders: 0,
      silentClients: 0,
      messageBytes: 64,
    },
  ],
};
