/**
 * Web: a page over HTTP/1.1, on connections that stay open. Method:
 * bench/generator/sockets/web-exchange.ts.
 */
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { PAGE_BYTES } from '../lib/page.js';
import { comparing } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import { ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

/** Our service answers a request that repeats the last one without reading it again. */
const LOADS = [
  { name: '64 clients', pattern: 'web', requests: 'the same request each time' },
  { name: '64 clients, varied', pattern: 'web-varied', requests: 'a different request each time' },
] as const;

export const web: Scenario = {
  name: 'web',
  // 64 threads, each of which compiles a parser of its own, need 16 s until their rate is steady.
  partOf: 'full',
  hasPeers: true,
  serverServices: ['web'],
  question: 'What does HTTP add to the cost of a model, and what do files add to HTTP?',
  prediction:
    'Parsing a request and writing a head cost more than the 1,024 bytes of the page, so the models differ less than ' +
    'in echo. bare-http has the page in memory; the difference to it is the cost of our files.',
  lookAt:
    'Requests/s relative to bare-http and python-threading, and p99, where threads share the cores.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [ratePlot('A page of 1,024 bytes: requests answered', requestsPerSecond)],
  async measure(bench) {
    const cases = LOADS.map(({ name, pattern, requests }) =>
      closedLoop({
        name,
        title: `web: a page of 1,024 bytes, 64 clients on long connections, ${requests}`,
        pattern,
        clients: 64,
        messageBytes: PAGE_BYTES,
        maxWarmUps: 110,
        minWarmUps: { 'thread-per-client': 90 },
      }),
    );
    return { cases: await bench.compare(cases, bench.contenders('web')), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};
