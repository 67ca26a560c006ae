/**
 * What is remembered of clients that have no connection: by address, for so long after their last message, and of so
 * many at the most; beyond that the one that has been silent longest is forgotten. Main thread.
 */
import { monotonicMs } from '../base/clock.js';

interface Remembered {
  readonly memory: unknown;
  readonly heardAtMs: number;
}

interface MemorySettings {
  readonly most: number;
  readonly idleMs: number;
  /** For tests. */
  readonly nowMs?: () => number;
}

export class Memories {
  /** In the order of their last messages: whoever speaks moves to the end. */
  readonly #byClient = new Map<string, Remembered>();
  readonly #most: number;
  readonly #idleMs: number;
  readonly #nowMs: () => number;

  constructor({ most, idleMs, nowMs = monotonicMs }: MemorySettings) {
    this.#most = most;
    this.#idleMs = idleMs;
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#byClient.size;
  }

  of(client: string): unknown {
    this.#forgetSilent();
    return this.#byClient.get(client)?.memory;
  }

  /** Replaces what is remembered of a client that has just spoken; undefined: nothing need be. */
  keep(client: string, memory: unknown): void {
    this.#byClient.delete(client);
    if (memory === undefined) return;
    this.#byClient.set(client, { memory, heardAtMs: this.#nowMs() });
    if (this.#byClient.size <= this.#most) return;
    for (const oldest of this.#byClient.keys()) {
      this.#byClient.delete(oldest);
      return;
    }
  }

  /** They stand at the front, so this looks at one more than it forgets. */
  #forgetSilent(): void {
    const heardBeforeMs = this.#nowMs() - this.#idleMs;
    for (const [client, { heardAtMs }] of this.#byClient) {
      if (heardAtMs > heardBeforeMs) return;
      this.#byClient.delete(client);
    }
  }
}
