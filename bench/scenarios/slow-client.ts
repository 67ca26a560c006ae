/**
 * Question: what do clients who hold a connection and say nothing do to the others?
 *
 * Theory: the iterative server takes the first of them and waits in recv: nobody else is served. A thread per
 * client has one thread asleep for each, and an event loop an entry in a table; both should serve the working
 * clients as in `echo` with 16.
 * Look at: clients served; then requests/s beside the case of 16 clients without silent ones.
 */
import type { LoadScenario } from './scenario.js';

export const slowClient: LoadScenario = {
  kind: 'load',
  name: 'slow-client',
  service: 'echo',
  cases: [
    {
      scenario: 'slow-client',
      title: 'slow-client: 16 clients work while 16 connected first and say nothing',
      pattern: 'echo',
      clients: 16,
      senders: 0,
      silentClients: 16,
      messageBytes: 64,
    },
  ],
};
