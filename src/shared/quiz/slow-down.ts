/**
 * Repeated failures make the next attempt wait: twice as long with each one, up to a bound, so that nobody is ever
 * locked out by others' guesses. Main thread.
 */
interface SlowDownSettings {
  /** So many failures cost nothing. */
  readonly free: number;
  readonly firstMs: number;
  readonly mostMs: number;
  /** A failure counts no more after so long without another. */
  readonly forgetMs: number;
  /** The table's bound: beyond it the failures that are longest past are forgotten. */
  readonly entries: number;
}

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export class SlowDown {
  readonly #settings: SlowDownSettings;
  readonly #nowMs: () => number;
  /** The longest past first. */
  readonly #failures = new Map<string, Failures>();

  constructor(settings: SlowDownSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /**
   * How long this one's next attempt has to wait.
   * @param underWay attempts that nobody knows the outcome of yet: after a first failure they count as others
   */
  delayMs(key: string, underWay = 0): number {
    const { free, firstMs, mostMs } = this.#settings;
    const failures = this.#count(key);
    const charged = failures === 0 ? 0 : failures + underWay - free;
    return charged <= 0 ? 0 : Math.min(mostMs, firstMs * 2 ** (charged - 1));
  }

  failed(key: string): void {
    const count = this.#count(key) + 1;
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastMs: this.#nowMs() });
    if (this.#failures.size <= this.#settings.entries) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  forgive(key: string): void {
    this.#failures.delete(key);
  }

  #count(key: string): number {
    const failures = this.#failures.get(key);
    const isRecent = failures && this.#nowMs() - failures.lastMs < this.#settings.forgetMs;
    return isRecent ? failures.count : 0;
  }
}
