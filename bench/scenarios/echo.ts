/**
 * Question: how many small requests does each model serve when many clients keep asking?
 *
 * Theory: the iterative server serves one client and lets the others wait for ever. The event loop handles all on
 * one core; threads add a switch for every request and a second core to make up for it, and each has code of
 * its own to keep hot, so their share falls as clients grow.
 * Look at: clients served, requests/s against the event loop, and server CPU, which threads may have 2 cores of.
 */
import type { LoadScenario } from './scenario.js';

export const echo: LoadScenario = {
  kind: 'load',
  name: 'echo',
  service: 'echo',
  cases: [1, 16, 64, 256].map((clients) => ({
    scenario: 'echo',
    title: `echo, 64 bytes, ${clients} ${clients === 1 ? 'client' : 'clients'}`,
    pattern: 'echo',
    clients,
    senders: 0,
    silentClients: 0,
    messageBytes: 64,
  })),
};
