/** Echo: many small requests on long connections, so the model itself is most of the cost. */
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { TEXT_SERVICES } from '../contenders/contender.js';
import { closedLoop } from './closed-loop.js';
import { latencyPlot, ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

const SWEEP = [1, 16, 64, 256, 1000];
const QUICK = [64];
/** 1,000 clients need as long to connect as for a whole load. */
const MANY = { maxWarmUps: 6, minWindowMs: 400 };

export const echo: Scenario = {
  name: 'echo',
  partOf: 'quick',
  hasPeers: true,
  serverServices: TEXT_SERVICES,
  question: 'How many small requests does each model serve when many clients keep asking?',
  prediction:
    'The iterative server serves one client and lets the others wait forever. The event loop serves all on one ' +
    'core. Threads need a switch for every request, but have a second core. Each thread has code of its own to ' +
    'keep in the caches, so their share falls as clients grow.',
  lookAt:
    'Clients served; requests/s relative to the event loop; server CPU, which may reach all cores with threads.',
  axis: { label: 'clients', scale: 'log' },
  measures: CLOSED_LOOP,
  plots: [
    ratePlot('Echo of 64 bytes: requests answered', requestsPerSecond),
    latencyPlot('p99', 'Echo of 64 bytes: p99 latency', p99),
  ],
  async measure(bench) {
    const cases = (bench.length === 'quick' ? QUICK : SWEEP).map((clients) => {
      const name = `${clients} ${clients === 1 ? 'client' : 'clients'}`;
      const title = `echo, 64 bytes, ${name}`;
      return closedLoop({
        name,
        title,
        pattern: 'echo',
        textService: bench.textService,
        clients,
        ...(clients === 1000 ? MANY : {}),
      });
    });
    return { cases: await bench.compare(cases, bench.contenders(bench.textService)), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};
