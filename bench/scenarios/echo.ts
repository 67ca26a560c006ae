/** Many small requests over connections that stay: the model itself, and little else. */
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Scenario } from './scenario.js';

const SWEEP = [1, 16, 64, 256, 1000];
const QUICK = [64];
/** Of 1,000 clients, connecting alone takes as long as a load. */
const MANY = { mostWarmUps: 6, leastMs: 400 };

export const echo: Scenario = {
  name: 'echo',
  partOf: 'quick',
  hasPeers: true,
  question: 'How many small requests does each model serve when many clients keep asking?',
  prediction:
    'The iterative server serves one client and lets the others wait for ever. The event loop handles all on one ' +
    'core. Threads add a switch for every request and a second core to make up for it, and each has code of its ' +
    'own to keep hot, so their share falls as clients grow.',
  lookAt:
    'Clients served; requests/s against the event loop; server CPU, of which threads may have as many cores as there are.',
  axis: { label: 'clients', scale: 'log' },
  measures: CLOSED_LOOP,
  plots: [
    {
      name: 'rate',
      title: 'Echo of 64 bytes: requests answered',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
    {
      name: 'p99',
      title: 'Echo of 64 bytes: p99 latency',
      measure: p99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const sweep = bench.length === 'quick' ? QUICK : SWEEP;
    const cases = sweep.map((clients) => {
      const name = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
      const title = `echo, 64 bytes, ${name}`;
      return closedLoop({ name, title, pattern: 'echo', clients, ...(clients === 1000 ? MANY : {}) });
    });
    return { cases: await bench.compare(cases, bench.contenders('echo')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins))),
};
