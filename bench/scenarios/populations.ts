/**
 * Load cases with several kinds of clients at once, each kind with a line that it says and an answer that it expects.
 * The work is done in the generator's process, in bench/generator/loads/closed-loop.ts.
 */
import type { PopulationSettings } from '../generator/protocol/jobs.js';
import { measuredPopulations } from '../analysis/measured.js';
import type { ServiceName } from '../contenders/contender.js';
import type { Case } from './scenario.js';

interface Populations {
  readonly name: string;
  readonly title: string;
  readonly x?: number;
  readonly service: ServiceName;
  /** Options of the server. */
  readonly args?: readonly string[];
  readonly populations: readonly PopulationSettings[];
  /** As of {@link Case}: or the window's edges count for too much. */
  readonly leastMs?: number;
  /** Before each measured window, in place of the usual few: while the server still works for the clients of the last one. */
  readonly settleMs?: number;
  readonly check?: Case['check'];
  readonly mostRounds?: number;
  readonly mostWarmUps?: number;
}

/** How long an answer may take before it counts as missing. */
const ANSWER_LIMIT_MS = 10_000;

export function populationsCase(it: Populations): Case {
  const { name, title, service, args = [], populations, settleMs = 0 } = it;
  const clients = populations.reduce((total, population) => total + population.clients, 0);
  return {
    name,
    title,
    clients,
    x: it.x ?? clients,
    needs: { service, clients, args },
    ...(it.check ? { check: it.check } : {}),
    ...(it.leastMs === undefined ? {} : { leastMs: it.leastMs }),
    ...(it.mostRounds === undefined ? {} : { mostRounds: it.mostRounds }),
    ...(it.mostWarmUps === undefined ? {} : { mostWarmUps: it.mostWarmUps }),
    load: async (generator, server, { warmUpMs, durationMs, isWarmUp }) =>
      measuredPopulations(
        await generator.runPopulations({
          port: server.port,
          serverPid: server.pid,
          populations,
          warmUpMs: isWarmUp ? warmUpMs : Math.max(warmUpMs, settleMs),
          durationMs,
          answerLimitMs: ANSWER_LIMIT_MS,
        }),
      ),
  };
}
