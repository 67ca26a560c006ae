/**
 * Bounds how often each key may do something: some times at once, then evenly. This is the generic
 * cell rate algorithm, which keeps one number a key. Runs on the main thread.
 */
import { ExpiringMap } from './expiring-map.js';

interface PaceSettings {
  /** How often a key may do it at once. */
  readonly burst: number;
  /** After that, once in so many milliseconds. */
  readonly everyMs: number;
  /** The largest number of keys; beyond it, the key that did it longest ago is forgotten. */
  readonly entries: number;
  readonly nowMs: () => number;
}

export class Pace {
  readonly #everyMs: number;
  readonly #toleranceMs: number;
  readonly #nowMs: () => number;
  /** For each key, the time up to which its permissions are used. */
  readonly #usedUpToMs: ExpiringMap<number>;

  constructor({ burst, everyMs, entries, nowMs }: PaceSettings) {
    this.#everyMs = everyMs;
    this.#toleranceMs = (burst - 1) * everyMs;
    this.#nowMs = nowMs;
    // A key that rested so long has its whole burst again. Until then it may have reserved more.
    this.#usedUpToMs = new ExpiringMap({ max: entries, ttlMs: 2 * burst * everyMs, nowMs });
  }

  /**
   * Reserves the key's next time.
   * @param mostMs the longest acceptable wait in milliseconds
   * @returns how long the caller has to wait in milliseconds; undefined if that were longer, and
   *   then nothing is reserved
   */
  reserve(key: string, mostMs = 0): number | undefined {
    const nowMs = this.#nowMs();
    const usedUpToMs = Math.max(nowMs, this.#usedUpToMs.get(key) ?? nowMs);
    const waitMs = Math.max(0, usedUpToMs - this.#toleranceMs - nowMs);
    if (waitMs > mostMs) return undefined;
    this.#usedUpToMs.set(key, usedUpToMs + this.#everyMs);
    return waitMs;
  }
}
