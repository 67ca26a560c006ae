/** All at once: from the start of a burst of clients until each has its first byte. Method: bench/generator/loads/burst.ts. */
import { errors, longest, p50, p99, percentile, valueOf } from '../analysis/measures.js';
import { formatCount } from '../analysis/numbers.js';
import { known, usageValues } from '../analysis/measured.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import type { Case, Scenario } from './scenario.js';

const SIZES = [64, 256];
const LIMIT_MS = 5000;

const answered = valueOf('answered', { label: 'answered', format: formatCount });

export const burst: Scenario = {
  name: 'burst',
  partOf: 'full',
  question: 'If many clients come at the same moment, how long until each has its first byte?',
  prediction:
    'The kernel completes all handshakes on its own; then one thread accepts, one client after the other, in every ' +
    'model, so the median grows with half the number of clients. Handing over to a thread adds a wake-up for each. The ' +
    'iterative server is no slower here: each client leaves when it has its answer.',
  lookAt:
    'Median and longest time to the first byte; what is below the time that the generator takes to start is its own.',
  axis: { label: 'clients', scale: 'log' },
  measures: [
    p50,
    p99,
    longest(),
    percentile(50, 'answer'),
    answered,
    valueOf('startMs', { label: 'all started in ms', format: (value) => value.toFixed(1) }),
    valueOf('retransmissions', { label: 'sent again', format: formatCount }),
    errors,
  ],
  plots: [
    {
      name: 'first-byte',
      title: 'Clients that come at once: median time to the first byte',
      measure: p50,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const contenders = bench.contenders('echo');
    return { cases: await bench.compare(SIZES.map(burstOf), contenders), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, p50, margins))),
};

function burstOf(clients: number): Case {
  return {
    name: `${clients} clients`,
    title: `burst: ${clients} clients at the same moment`,
    x: clients,
    clients,
    needs: { service: 'echo', clients },
    async load(generator, { port, pid }) {
      const result = await generator.burst({ port, clients, limitMs: LIMIT_MS, serverPid: pid });
      const { firstByte, answer, errors, startMs, retransmissions } = result;
      return {
        values: known({
          // What a warm-up looks at: clients served a second of the time that it took.
          requestsPerSecond: result.answered / (answer.maxNs / 1e9 || 1),
          answered: result.answered,
          startMs,
          retransmissions,
          ...usageValues(result),
        }),
        latencies: { all: firstByte, answer },
        errors,
      };
    },
  };
}
