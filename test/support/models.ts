/** The models that each contract runs under. */
import { describe } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import type { ModelName } from '../../src/serving/host.js';

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

/** worker-event-loops hands over connections, and datagrams have none. */
export const DATAGRAM_MODELS = MODEL_NAMES.filter((model) => model !== 'worker-event-loops');

export function forDatagrams(what: string, define: (model: ModelName) => void): void {
  underEveryModel(what, define, DATAGRAM_MODELS);
}

/** Enough to show what several workers do; each takes some time to start. */
export const MOST_WORKERS = 2;

/** The options of a model, some of which have a number of threads. */
export function modelOptions(model: ModelName, threads: number): string[] {
  const limit = {
    iterative: [],
    'event-loop': [],
    'thread-per-client': ['--threads', String(threads)],
    'worker-event-loops': ['--workers', String(Math.min(threads, MOST_WORKERS))],
  }[model];
  return ['--model', model, ...limit];
}

/** Whether a client may have to wait until another one has left. */
export function limitsClients(model: ModelName): boolean {
  return model === 'iterative' || model === 'thread-per-client';
}

/** Whether clients are served on other threads than main. */
export function hasThreads(model: ModelName): boolean {
  return model === 'thread-per-client' || model === 'worker-event-loops';
}

/** Whether a second client is served while the first is still there. */
export function isConcurrent(model: ModelName): boolean {
  return model !== 'iterative';
}
