/**
 * Fan-out: a chat delivers each line of one client to all others. Method:
 * bench/generator/loads/fan-out.ts.
 */
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import { latencyPlot, ratePlot } from './plots.js';
import type { Scenario } from './scenario.js';

const deliveries = { ...requestsPerSecond, label: 'deliveries/s' };
const [, ...others] = CLOSED_LOOP;

export const fanOut: Scenario = {
  name: 'fan-out',
  partOf: 'quick',
  hasPeers: true,
  serverServices: ['chat'],
  question: 'What does a line to 63 other clients cost, and what if many clients send at once?',
  prediction:
    'A thread per client that sends to all others under a lock makes 63 system calls per line, with any number of ' +
    'senders. A single owner of the room can combine lines and send to each member once. One sender gives it ' +
    'nothing to combine; 32 senders let up to 32 lines share the calls.',
  lookAt:
    'Deliveries/s relative to c-pthread as senders grow, p99 of a delivery, and errors, which include an order of ' +
    'lines that differs between members.',
  axis: { label: 'senders', scale: 'log' },
  measures: [deliveries, ...others],
  plots: [
    ratePlot('A chat of 64: lines delivered', deliveries, deliveries.label, 'log'),
    latencyPlot('p99', 'A chat of 64: p99 of a delivery', p99),
  ],
  async measure(bench) {
    const cases = (bench.length === 'quick' ? [8] : [1, 8, 32]).map((senders) => {
      const name = `${senders} ${senders === 1 ? 'sender' : 'senders'}`;
      return closedLoop({
        name,
        title: `fan-out: a chat of 64, lines of 32 bytes, ${name}`,
        x: senders,
        pattern: 'fan-out',
        clients: 64,
        senders,
        messageBytes: 32,
        leftOut: { iterative: 'it serves one client at a time, and one client is not a chat' },
      });
    });
    return { cases: await bench.compare(cases, bench.contenders('chat')), remarks: [] };
  },
  seen: comparing(deliveries),
};
