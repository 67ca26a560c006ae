/**
 * The numbers of a row: latencies of its clients, what its server's process uses, and what the
 * snapshots cost it. The lab's main thread. For a lesson, {@link RowNumbers.observe} begins a
 * measurement of its own; the viewer's last command begins another, which no restart ends.
 */
import type { BriefSnapshot } from '../../admin/snapshot.js';
import { monotonicMs } from '../../base/clock.js';
import type { Numbers } from '../protocol.js';
import { Latencies } from './latencies.js';
import { memoryMbOf, ProcessUsage } from './usage.js';

type Watching = Pick<BriefSnapshot, 'uptimeMs' | 'watchingCpuMs'>;

const UNKNOWN: Measured = { answersPerS: 0, longestMs: 0 };

type Measured = Omit<Numbers, 'longestSinceCommandMs'>;

interface Moment {
  /** Undefined: the server is dead. */
  readonly pid: number | undefined;
  /** The waits of clients that have no answer yet. */
  readonly waitsMs: readonly number[];
  readonly isWatched: boolean;
}

export class RowNumbers {
  readonly #latencies = new Latencies(monotonicMs());
  readonly #usage = new ProcessUsage();
  #measured = UNKNOWN;
  /** The newest one, and the newest one of the last measurement. */
  #snapshot: Watching | undefined;
  #measuredSnapshot: Watching | undefined;
  /** Since an observation began: the longest wait that is over. */
  #longestMs = 0;
  /** The server's memory when it began. */
  #memoryMb = 0;
  #longestSinceCommandMs = 0;

  /** As last measured: waits that are over, only. */
  get measured(): Measured {
    return this.#measured;
  }

  /** What a frame shows: as last measured, with the waits of this moment. */
  shown(waitsMs: readonly number[]): Numbers {
    this.#note(waitsMs);
    const longestMs = Math.max(this.#measured.longestMs, ...waitsMs);
    return { ...this.#measured, longestMs, longestSinceCommandMs: this.#longestSinceCommandMs };
  }

  /** The viewer has changed something. */
  onCommand(): void {
    this.#longestSinceCommandMs = 0;
  }

  /** A wait without an answer, as of a lost connection, counts as far as it was seen. */
  #note(waitsMs: readonly number[]): void {
    this.#longestSinceCommandMs = Math.max(this.#longestSinceCommandMs, ...waitsMs);
  }

  onAnswer(latencyMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, latencyMs);
    this.#note([latencyMs]);
    this.#latencies.record(latencyMs);
  }

  onSnapshot(snapshot: Watching): void {
    this.#snapshot = snapshot;
  }

  /** Twice a second. */
  measure(nowMs: number, { pid, waitsMs, isWatched }: Moment): void {
    this.#note(waitsMs);
    const watchPercent = isWatched ? this.#takeWatchPercent() : undefined;
    this.#measured = {
      ...this.#latencies.take(nowMs, waitsMs),
      ...(watchPercent !== undefined && { watchPercent }),
      ...this.#usage.take(pid, nowMs),
    };
  }

  /** Between the newest snapshots of the last two measurements; undefined: unknown. */
  #takeWatchPercent(): number | undefined {
    const [before, now] = [this.#measuredSnapshot, this.#snapshot];
    this.#measuredSnapshot = now;
    if (before?.watchingCpuMs === undefined || now?.watchingCpuMs === undefined) return undefined;
    const spanMs = now.uptimeMs - before.uptimeMs;
    return spanMs > 0 ? ((now.watchingCpuMs - before.watchingCpuMs) / spanMs) * 100 : undefined;
  }

  /** The clients have gone. */
  clearLatencies(): void {
    this.#latencies.clear(monotonicMs());
  }

  /** The server has gone. */
  clear(): void {
    this.clearLatencies();
    this.#measured = UNKNOWN;
    this.#snapshot = undefined;
    this.#measuredSnapshot = undefined;
  }

  observe(pid: number | undefined): void {
    this.#longestMs = 0;
    this.#memoryMb = memoryMbOf(pid);
  }

  /** Since then: the longest wait that is over, and how much memory was added. */
  observed(pid: number | undefined): { readonly longestMs: number; readonly moreMb: number } {
    const moreMb = Math.max(0, memoryMbOf(pid) - this.#memoryMb);
    return { longestMs: this.#longestMs, moreMb };
  }
}
