/** The models that each contract runs under. */
import { describe } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { handOffs, handOffsOf } from '../../src/serving/hand-off.js';
import type { HandOffWay, ModelName } from '../../src/serving/host.js';

/** Bound for all tests of a describe in milliseconds, against a hang; they take far less. */
const BOUND_MS = 60_000;

/** Defines the same tests once for each model. */
export function underEveryModel(
  what: string,
  define: (model: ModelName) => void,
  models = MODEL_NAMES,
): void {
  for (const model of models)
    describe(`${what} under ${model}`, { timeout: BOUND_MS }, () => define(model));
}

/** The ways to a thread that this Node and system have, the default first. */
export const WAYS: readonly HandOffWay[] = handOffsOf('thread-per-client').filter(
  (way) => handOffs[way].lacking() === undefined,
);

/**
 * The same, for contracts that depend on how a client gets to its thread: once for each other model,
 * and for each way of thread-per-client.
 * @param define gets no way where the model has its default
 */
export function underEveryWay(
  what: string,
  define: (model: ModelName, handOff: HandOffWay | undefined) => void,
): void {
  underEveryModel(what, (model) => define(model, undefined));
  for (const way of WAYS.slice(1))
    describe(`${what} under thread-per-client by ${way}`, { timeout: BOUND_MS }, () =>
      define('thread-per-client', way),
    );
}

/** worker-event-loops hands over connections, and datagrams have none. */
export const DATAGRAM_MODELS = MODEL_NAMES.filter((model) => model !== 'worker-event-loops');

export function forDatagrams(what: string, define: (model: ModelName) => void): void {
  underEveryModel(what, define, DATAGRAM_MODELS);
}

/** Enough to show what several workers do; each takes some time to start. */
export const MOST_WORKERS = 2;

/** The options of a model, some of which have a number of threads. */
export function modelOptions(model: ModelName, threads: number, handOff?: HandOffWay): string[] {
  const limit = {
    iterative: [],
    'event-loop': [],
    'thread-per-client': ['--threads', String(threads)],
    'worker-event-loops': ['--workers', String(Math.min(threads, MOST_WORKERS))],
  }[model];
  return ['--model', model, ...limit, ...(handOff === undefined ? [] : ['--handoff', handOff])];
}

/** Whether a client may have to wait until another one has left. */
export function limitsClients(model: ModelName): boolean {
  return model === 'iterative' || model === 'thread-per-client';
}

/** Whether clients are served on other threads than main. */
export function hasThreads(model: ModelName): boolean {
  return model === 'thread-per-client' || model === 'worker-event-loops';
}

/**
 * Whether a second client is served while the first is still there. With `reuse-port` it is not if the
 * kernel has chosen the same thread for it.
 */
export function isConcurrent(model: ModelName, handOff?: HandOffWay): boolean {
  return model !== 'iterative' && handOff !== 'reuse-port';
}
