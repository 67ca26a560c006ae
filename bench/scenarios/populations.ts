/**
 * Load cases with several kinds of clients at once, each kind with a line to send and an answer to
 * expect. The work is done in the generator's process, in bench/generator/loads/closed-loop.ts.
 */
import type { PopulationSettings } from '../generator/protocol/jobs.js';
import type { PopulationName } from '../analysis/experiment.js';
import { measuredPopulations } from '../analysis/measured.js';
import {
  errors,
  memory,
  percentile,
  requestsPerSecond,
  served,
  serverCpu,
} from '../analysis/measures.js';
import { targetOf, type ServiceName } from '../contenders/contender.js';
import type { Case } from './scenario.js';

interface Populations extends Pick<
  Case,
  'name' | 'title' | 'x' | 'check' | 'maxRounds' | 'maxWarmUps'
> {
  readonly service: ServiceName;
  /** As in ServerNeeds. */
  readonly module?: string;
  /** Options of the server. */
  readonly args?: readonly string[];
  readonly populations: readonly (PopulationSettings & { readonly name: PopulationName })[];
  /**
   * As in {@link Case}. A request across an end of the window counts for too much in a shorter one.
   */
  readonly minWindowMs?: number;
  /** Load before each window, if the server still works for the clients of the previous one. */
  readonly settleMs?: number;
}

/** An answer that takes longer counts as missing. */
const ANSWER_LIMIT_MS = 10_000;

/** The measures of a single population `waiting`. */
export const WAITING = [
  requestsPerSecond,
  percentile(50, 'waiting'),
  percentile(99, 'waiting'),
  serverCpu,
  memory,
  errors,
  served,
] as const;

export function populationsCase({
  service,
  module,
  args = [],
  populations,
  settleMs = 0,
  ...it
}: Populations): Case {
  const clients = populations.reduce((total, population) => total + population.clients, 0);
  return {
    x: clients,
    ...it,
    clients,
    needs: { service, clients, args, ...(module !== undefined && { module }) },
    load: async (generator, server, { warmUpMs, durationMs, isWarmUp }) =>
      measuredPopulations(
        await generator.runPopulations({
          ...targetOf(server),
          populations,
          warmUpMs: isWarmUp ? warmUpMs : Math.max(warmUpMs, settleMs),
          durationMs,
          answerLimitMs: ANSWER_LIMIT_MS,
        }),
      ),
  };
}
