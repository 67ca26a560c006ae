/** Burst: many clients connect at the same moment. Method: bench/generator/loads/burst.ts. */
import { errors, longest, p50, p99, percentile, valueOf } from '../analysis/measures.js';
import { formatCount } from '../analysis/numbers.js';
import { known, usageValues } from '../analysis/measured.js';
import { comparing } from '../analysis/sentences.js';
import { targetOf, TEXT_SERVICES, type TextService } from '../contenders/contender.js';
import { contentOf, inWords } from './closed-loop.js';
import { latencyPlot } from './plots.js';
import type { Case, Scenario } from './scenario.js';

const SIZES = [64, 256];
const LIMIT_MS = 5000;

export const burst: Scenario = {
  name: 'burst',
  partOf: 'full',
  serverServices: TEXT_SERVICES,
  question: 'If many clients connect at the same moment, how long until each has its first byte?',
  prediction:
    'The kernel completes all handshakes by itself. In every model one thread then accepts one client after the ' +
    'other, so the median is proportional to the number of clients. A hand-off to a thread adds one wake-up per ' +
    'client. The iterative server is not slower here, because each client leaves as soon as it has its answer.',
  lookAt:
    'Median and longest time to the first byte. Differences below "all started in ms" are the generator\'s.',
  axis: { label: 'clients', scale: 'log' },
  measures: [
    p50,
    p99,
    longest(),
    percentile(50, 'answer'),
    valueOf('answered', { label: 'answered', format: formatCount }),
    valueOf('startMs', { label: 'all started in ms', format: (value) => value.toFixed(1) }),
    valueOf('retransmissions', { label: 'sent again', format: formatCount }),
    errors,
  ],
  plots: [
    latencyPlot('first-byte', 'Clients that connect at once: median time to the first byte', p50),
  ],
  async measure(bench) {
    const { textService } = bench;
    const cases = SIZES.map((clients) => burstOf(clients, LIMIT_MS, textService));
    return { cases: await bench.compare(cases, bench.contenders(textService)), remarks: [] };
  },
  seen: comparing(p50),
};

export function burstOf(
  clients: number,
  limitMs = LIMIT_MS,
  textService: TextService = 'echo',
): Case {
  const name = `${clients} clients`;
  return {
    ...inWords({ name, title: `burst: ${name} at the same moment` }, textService),
    x: clients,
    clients,
    needs: { service: textService, clients },
    async load(generator, server) {
      const job = { ...targetOf(server), ...contentOf(textService), clients, limitMs };
      const result = await generator.burst(job);
      const { firstByte, answer, errors, startMs, retransmissions } = result;
      return {
        values: known({
          // The rate for the warm-up: clients served per second of the burst.
          requestsPerSecond: result.answered / (answer.maxNs / 1e9 || 1),
          answered: result.answered,
          // Counted in the percentiles as lower bounds; otherwise fewer answers would look faster.
          clientsServed: result.answered,
          clientsWaiting: result.unanswered,
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
