/**
 * The models by name. Each is loaded on demand, because only thread-per-client needs the system
 * calls.
 */
import { StartError } from '../base/errors.js';
import type { ModelFactory, ModelName } from '../serving/host.js';

export const MODEL_NAMES: readonly ModelName[] = ['iterative', 'event-loop', 'thread-per-client'];

interface ModelEntry {
  readonly summary: string;
  /** Says in one line why the model cannot be used on this platform; undefined where it can. */
  unavailable?(platform?: NodeJS.Platform): string | undefined;
  /** @throws StartError where the model is unavailable */
  load(): Promise<ModelFactory>;
}

export const models: Readonly<Record<ModelName, ModelEntry>> = {
  iterative: {
    summary: 'one client after the other, on the main thread',
    load: async () => (await import('./iterative.js')).iterative,
  },
  'event-loop': {
    summary: 'all clients at once, on the main thread',
    load: async () => (await import('./event-loop.js')).eventLoop,
  },
  'thread-per-client': {
    summary: 'each client on a thread of its own, with blocking reads and writes',
    unavailable: (platform = process.platform) =>
      platform === 'linux' ? undefined : 'thread-per-client needs Linux',
    async load() {
      const reason = this.unavailable?.();
      if (reason !== undefined)
        throw new StartError(`${reason}; use --model event-loop or iterative`);
      return (await import('./thread-per-client.js')).threadPerClient;
    },
  },
};
