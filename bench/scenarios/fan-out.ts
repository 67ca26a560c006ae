/** A chat: what one client says, all others must hear. Method: bench/generator/loads/fan-out.ts. */
import { CLOSED_LOOP, p99, requestsPerSecond } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Scenario } from './scenario.js';

const deliveries = { ...requestsPerSecond, label: 'deliveries/s' };
const [, ...others] = CLOSED_LOOP;

export const fanOut: Scenario = {
  name: 'fan-out',
  partOf: 'quick',
  hasPeers: true,
  question: 'What does a line cost that 63 others must hear, and what if many speak at once?',
  prediction:
    'A thread for each client that sends to all others under a lock makes 63 system calls a line, however many speak. ' +
    'One owner of the room can gather what came in together and send each member once: with one sender there is ' +
    'nothing to gather, with 32 the calls are shared by up to 32 lines.',
  lookAt:
    'Deliveries/s against c-pthread as senders grow, p99 of a delivery, and errors: an order that is not the same ' +
    'for everybody is one.',
  axis: { label: 'senders', scale: 'log' },
  measures: [deliveries, ...others],
  plots: [
    {
      name: 'rate',
      title: 'A chat of 64: lines delivered',
      measure: deliveries,
      scale: 'log',
      label: 'deliveries/s',
    },
    {
      name: 'p99',
      title: 'A chat of 64: p99 of a delivery',
      measure: p99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
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
        leftOut: { iterative: 'it serves one client at a time, and one alone is no chat' },
      });
    });
    return { cases: await bench.compare(cases, bench.contenders('chat')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, deliveries, margins))),
};
