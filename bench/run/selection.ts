/**
 * Which experiments and contenders a run has, by its options. Runs in the runner's process; read
 * run.ts next.
 */
import { UsageError } from '../../src/base/errors.js';
import type { Contender } from '../contenders/contender.js';
import type { ServerService } from '../contenders/conversation.js';
import { models } from '../contenders/models.js';
import { peers } from '../contenders/peers.js';
import { scenarios } from '../scenarios/all.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { BenchOptions } from './options.js';

export function wantedScenarios(options: BenchOptions): Scenario[] {
  const wanted = options.servers.length > 0 ? serverScenarios(options) : usualScenarios(options);
  // The control shows how far to trust the other experiments.
  return scenarios.filter((one) => one.name === 'control' || wanted.includes(one));
}

function usualScenarios({ own, scenarios: names, all, peers: withPeers }: BenchOptions) {
  if (own !== undefined) return scenarios.filter(({ partOf }) => partOf === 'own');
  const others = scenarios.filter(({ partOf }) => partOf !== 'own');
  if (names.length > 0) return others.filter(({ name }) => names.includes(name));
  if (all) return others;
  return others.filter((one) => (withPeers ? one.hasPeers === true : one.partOf === 'quick'));
}

function serverScenarios({ service, scenarios: names, all }: BenchOptions): Scenario[] {
  const fitting = fittingScenarios(service);
  if (names.length > 0) return fitting.filter(({ name }) => names.includes(name));
  const quick = fitting.filter(({ partOf }) => partOf === 'quick');
  return all || quick.length === 0 ? fitting : quick;
}

function fittingScenarios(service: ServerService): Scenario[] {
  return scenarios.filter(({ serverServices }) => serverServices?.includes(service));
}

/** The service of the user's own servers that named experiments suggest; default: echo. */
export function suggestedService(
  names: readonly string[],
  known: readonly ServerService[],
): ServerService {
  const named = scenarios.filter(({ name }) => names.includes(name));
  const suggested = named.flatMap(({ serverServices = [] }) => serverServices);
  return known.find((service) => suggested.includes(service)) ?? 'echo';
}

/**
 * @throws UsageError for an experiment that cannot measure a server of the service; the message
 * lists those that can
 */
export function assertFitting(names: readonly string[], service: ServerService): void {
  const fitting = fittingScenarios(service).map(({ name }) => name);
  const others = names.filter((name) => name !== 'control' && !fitting.includes(name));
  if (others.length === 0) return;
  throw new UsageError(
    `--scenario ${others.join(', ')} cannot measure a --server of the service ${service}; ` +
      `these can: ${fitting.join(', ')}`,
  );
}

export function chosenContenders({
  contenders: names,
  peers: withPeers,
}: BenchOptions): Contender[] {
  if (names.length === 0) return withPeers ? [...models(), ...peers()] : models();
  return [...models(), ...peers()].filter(({ name }) => names.includes(name));
}
