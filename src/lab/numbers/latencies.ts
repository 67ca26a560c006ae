/**
 * Latencies of the last seconds, in slots of half a second: percentiles of the slots together, and
 * answers a second. The lab's main thread.
 */
import { Histogram } from '../../base/histogram.js';
import type { Numbers } from '../protocol.js';

export const SLOT_MS = 500;
/** The window is this many slots long: five seconds. */
const SLOTS = 10;
const NS_PER_MS = 1e6;

type LatencyNumbers = Pick<Numbers, 'answersPerS' | 'p50Ms' | 'p99Ms' | 'longestMs'>;

export class Latencies {
  #slots: Histogram[] = [new Histogram()];
  #startedAtMs: number;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
  }

  record(latencyMs: number): void {
    this.#slots.at(-1)?.record(latencyMs * NS_PER_MS);
  }

  /**
   * Reads the window and begins the next slot: call it every {@link SLOT_MS}.
   * @param waitsMs of clients that have no answer yet: their latencies are at least that long, and
   *   without them a server that answers no client would seem fast
   */
  take(nowMs: number, waitsMs: readonly number[]): LatencyNumbers {
    const window = new Histogram();
    for (const slot of this.#slots) if (slot.count > 0) window.merge(slot);
    const answers = window.count;
    for (const waitMs of waitsMs) window.record(waitMs * NS_PER_MS);
    const spanMs = Math.min(nowMs - this.#startedAtMs, SLOTS * SLOT_MS);
    this.#slots = [...this.#slots.slice(1 - SLOTS), new Histogram()];
    const answersPerS = spanMs > 0 ? (answers * 1000) / spanMs : 0;
    if (window.count === 0) return { answersPerS, longestMs: 0 };
    return {
      answersPerS,
      p50Ms: window.percentile(50) / NS_PER_MS,
      p99Ms: window.percentile(99) / NS_PER_MS,
      longestMs: window.percentile(100) / NS_PER_MS,
    };
  }

  clear(nowMs: number): void {
    this.#slots = [new Histogram()];
    this.#startedAtMs = nowMs;
  }
}
