/**
 * Threads that race: they increment one counter in shared memory, and some increments are lost.
 *
 * Runs in the runner, for bench/scenarios/race.ts. Read next: worker.ts, which runs in the threads.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RACE_BYTES, type Race, type RaceResult, type Way } from './worker.js';

interface Raced {
  /** Increments of all threads together. */
  readonly increments: number;
  /** Increments that the counter lacks at the end. */
  readonly lost: number;
  /** Time from the first increment of any thread to the last one. */
  readonly seconds: number;
}

/** Threads that are started once and run many races, so that their code stays hot. */
export class Racers {
  readonly #workers: readonly Worker[];

  constructor(threads: number) {
    const program = new URL('./worker.js', import.meta.url);
    this.#workers = Array.from({ length: threads }, () => new Worker(program));
  }

  /** Runs one race of all threads. Rejects if a thread fails. */
  async race(way: Way, durationMs: number): Promise<Raced> {
    const threads = this.#workers.length;
    const memory = new SharedArrayBuffer(RACE_BYTES);
    const race: Race = { way, threads, durationMs, memory };
    const results = this.#workers.map((worker) => once(worker, 'message') as Promise<[RaceResult]>);
    for (const worker of this.#workers) worker.postMessage(race);
    const threadResults = (await Promise.all(results)).map(([result]) => result);
    const increments = threadResults.reduce((sum, thread) => sum + thread.increments, 0);
    const startMs = Math.min(...threadResults.map((thread) => thread.startMs));
    const endMs = Math.max(...threadResults.map((thread) => thread.endMs));
    const counted = Atomics.load(new Int32Array(memory), 0);
    return { increments, lost: increments - counted, seconds: (endMs - startMs) / 1e3 };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
