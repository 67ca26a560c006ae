/**
 * A bounded map whose entries expire a fixed time after they were set. When it is full, the entry
 * that was set longest ago makes room for a new one. Runs on the main thread.
 */
import { monotonicMs } from './clock.js';

interface Entry<V> {
  readonly value: V;
  readonly setAtMs: number;
}

interface ExpiringMapSettings {
  /** The largest number of entries. */
  readonly max: number;
  /** Lifetime of an entry in milliseconds. */
  readonly ttlMs: number;
  /** The clock; tests replace it. */
  readonly nowMs?: () => number;
}

export class ExpiringMap<V, K = string> {
  /** Ordered by `setAtMs`, the oldest first: expired entries stand at the front. */
  readonly #entries = new Map<K, Entry<V>>();
  readonly #max: number;
  readonly #ttlMs: number;
  readonly #nowMs: () => number;

  constructor({ max, ttlMs, nowMs = monotonicMs }: ExpiringMapSettings) {
    this.#max = max;
    this.#ttlMs = ttlMs;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    this.#dropExpired();
    return this.#entries.get(key)?.value;
  }

  /** Sets the value and restarts the lifetime of the entry; `undefined` deletes it. */
  set(key: K, value: V | undefined): void {
    this.#entries.delete(key);
    if (value === undefined) return;
    this.#entries.set(key, { value, setAtMs: this.#nowMs() });
    if (this.#entries.size <= this.#max) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  #dropExpired(): void {
    const expiredAtMs = this.#nowMs() - this.#ttlMs;
    for (const [key, { setAtMs }] of this.#entries) {
      if (setAtMs > expiredAtMs) return;
      this.#entries.delete(key);
    }
  }
}
