/** The models that each contract runs under. */
import { describe } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import type { ModelName } from '../../src/serving/host.js';

/** Bound for all tests of a describe in milliseconds, against a hang; they take far less. */
const BOUND_MS = 60_000;

/** Defines the same tests once for each model. */
export function underEveryModel(what: string, define: (model: ModelName) => void): void {
  for (const model of MODEL_NAMES)
    describe(`${what} under ${model}`, { timeout: BOUND_MS }, () => define(model));
}

/** The options of a model; only thread-per-client has a number of threads. */
export function modelOptions(model: ModelName, threads: number): string[] {
  const limit = model === 'thread-per-client' ? ['--threads', String(threads)] : [];
  return ['--model', model, ...limit];
}

/** Whether a second client is served while the first is still there. */
export function isConcurrent(model: ModelName): boolean {
  return model !== 'iterative';
}
