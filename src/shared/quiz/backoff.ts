/**
 * Repeated failures delay the next attempt: each one doubles the delay, up to a bound. Runs on the
 * main thread. gate.ts says which failures are counted together.
 */
import { ExpiringMap } from '../../base/expiring-map.js';

interface BackoffSettings {
  /** The number of failures that cause no delay. */
  readonly free: number;
  /** The first delay in milliseconds. */
  readonly firstMs: number;
  /** The longest delay in milliseconds. */
  readonly maxMs: number;
  /** A key's failures are forgotten after so many milliseconds without another one. */
  readonly forgetMs: number;
  /** The largest number of keys; beyond it, the key whose last failure is oldest is forgotten. */
  readonly entries: number;
}

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #nowMs: () => number;
  readonly #failures: ExpiringMap<Failures>;

  constructor(settings: BackoffSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
    this.#failures = new ExpiringMap({ max: settings.entries, ttlMs: settings.forgetMs, nowMs });
  }

  failuresOf(key: string): number {
    return this.#failures.get(key)?.count ?? 0;
  }

  /** Whether the key has more failures than cause no delay. */
  isDelayed(key: string): boolean {
    return this.failuresOf(key) > this.#settings.free;
  }

  /** When the key's next attempt may begin; before every time if nothing delays it. */
  readyAtMs(key: string): number {
    const failures = this.#failures.get(key);
    if (failures === undefined) return -Infinity;
    const { free, firstMs, maxMs } = this.#settings;
    const charged = failures.count - free;
    if (charged <= 0) return -Infinity;
    return failures.lastMs + Math.min(maxMs, firstMs * 2 ** (charged - 1));
  }

  recordFailure(key: string): void {
    this.#failures.set(key, { count: this.failuresOf(key) + 1, lastMs: this.#nowMs() });
  }

  reset(key: string): void {
    this.#failures.delete(key);
  }
}
