/**
 * Repeated failures delay the next attempt: each one doubles the delay, up to a bound. The bound
 * keeps an owner's login possible while a stranger guesses the password. Runs on the main thread.
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

export class Backoff {
  readonly #settings: BackoffSettings;
  readonly #failures: ExpiringMap<number>;

  constructor(settings: BackoffSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#failures = new ExpiringMap({ max: settings.entries, ttlMs: settings.forgetMs, nowMs });
  }

  /**
   * The delay of the key's next attempt in milliseconds.
   * @param underWay the number of its attempts whose outcome is not known yet: after a first
   * failure,
   *   each counts as another one
   */
  delayMs(key: string, underWay = 0): number {
    const { free, firstMs, maxMs } = this.#settings;
    const failures = this.#failures.get(key) ?? 0;
    const charged = failures === 0 ? 0 : failures + underWay - free;
    return charged <= 0 ? 0 : Math.min(maxMs, firstMs * 2 ** (charged - 1));
  }

  recordFailure(key: string): void {
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
  }

  reset(key: string): void {
    this.#failures.delete(key);
  }
}
