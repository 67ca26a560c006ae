/** A page over HTTP/1.1, on connections that are kept. Method: bench/generator/sockets/web-exchange.ts. */
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { PAGE_BYTES } from '../lib/page.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Scenario } from './scenario.js';

export const web: Scenario = {
  name: 'web',
  // 64 threads, each with a parser of its own to compile, take 16 s until their rate is steady.
  partOf: 'full',
  hasPeers: true,
  question: 'What does HTTP cost on top of a model, and files on top of HTTP?',
  prediction:
    'Parsing a request and writing a head outweigh the 1,024 bytes themselves, so the models come closer together ' +
    'than in echo. bare-http has the page in memory and looks nothing up: what we lack of it is our files.',
  lookAt: 'Requests/s against bare-http and python-threading, and p99 where threads share the cores.',
  axis: { label: 'clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [
    {
      name: 'rate',
      title: 'A page of 1,024 bytes: requests answered',
      measure: requestsPerSecond,
      scale: 'linear',
      label: 'requests/s',
    },
  ],
  async measure(bench) {
    const it = closedLoop({
      name: '64 clients',
      title: 'web: a page of 1,024 bytes, 64 clients that keep their connections',
      pattern: 'web',
      clients: 64,
      messageBytes: PAGE_BYTES,
      mostWarmUps: 110,
      leastWarmUps: { 'thread-per-client': 90 },
    });
    return { cases: await bench.compare([it], bench.contenders('web')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins))),
};
