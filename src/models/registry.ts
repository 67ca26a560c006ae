/**
 * The models by name. Each is loaded on demand, because only those with threads need the system
 * calls.
 */
import { StartError } from '../base/errors.js';
import type { ModelFactory, ModelName } from '../serving/host.js';

export const MODEL_NAMES: readonly ModelName[] = [
  'iterative',
  'event-loop',
  'thread-per-client',
  'worker-event-loops',
];

interface ModelEntry {
  readonly summary: string;
  /** Whether its clients are served on threads beside main. */
  readonly startsThreads: boolean;
  /** Says in one line why the model cannot be used on this platform; undefined where it can. */
  unavailable?(platform?: NodeJS.Platform): string | undefined;
  /** @throws StartError where the model is unavailable */
  load(): Promise<ModelFactory>;
}

export const models: Readonly<Record<ModelName, ModelEntry>> = {
  iterative: {
    summary: 'one client after the other, on the main thread',
    startsThreads: false,
    load: async () => (await import('./iterative.js')).iterative,
  },
  'event-loop': {
    summary: 'all clients at once, on the main thread',
    startsThreads: false,
    load: async () => (await import('./event-loop.js')).eventLoop,
  },
  'thread-per-client': onLinux('thread-per-client', {
    summary: 'each client on a thread of its own, with blocking reads and writes',
    load: async () => (await import('./thread-per-client.js')).threadPerClient,
  }),
  'worker-event-loops': onLinux('worker-event-loops', {
    summary: 'many clients on each of several threads, one event loop a core',
    load: async () => (await import('./worker-event-loops.js')).workerEventLoops,
  }),
};

function onLinux(name: ModelName, { summary, load }: Pick<ModelEntry, 'summary' | 'load'>) {
  return {
    summary,
    startsThreads: true,
    unavailable: (platform: NodeJS.Platform = process.platform) =>
      platform === 'linux' ? undefined : `${name} needs Linux`,
    async load() {
      const reason = this.unavailable();
      if (reason !== undefined)
        throw new StartError(`${reason}; use --model event-loop or iterative`);
      return load();
    },
  };
}
