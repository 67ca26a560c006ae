/**
 * Threads that race: they count in the same memory, and what they have counted is compared with what is there.
 * Runs in the runner's process, for bench/scenarios/race.ts; what the threads do is in worker.ts.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RACE_BYTES, type Race, type Ran, type Way } from './worker.js';

interface Raced {
  /** How often all threads together have incremented. */
  readonly increments: number;
  /** By how much less the counter has grown. */
  readonly lost: number;
  /** From the first thread's first increment to the last one's last. */
  readonly seconds: number;
}

/** Some threads, started once and used for many races, so that their code is hot. */
export class Racers {
  readonly #workers: readonly Worker[];

  constructor(threads: number) {
    const program = new URL('./worker.js', import.meta.url);
    this.#workers = Array.from({ length: threads }, () => new Worker(program));
  }

  /** One race of all threads, each for that long. Rejects if one of them cannot run. */
  async race(way: Way, durationMs: number): Promise<Raced> {
    const threads = this.#workers.length;
    const memory = new SharedArrayBuffer(RACE_BYTES);
    const race: Race = { way, threads, durationMs, memory };
    const answers = this.#workers.map((worker) => once(worker, 'message') as Promise<[Ran]>);
    for (const worker of this.#workers) worker.postMessage(race);
    const ran = (await Promise.all(answers)).map(([one]) => one);
    const increments = ran.reduce((sum, one) => sum + one.increments, 0);
    const startMs = Math.min(...ran.map((one) => one.startMs));
    const endMs = Math.max(...ran.map((one) => one.endMs));
    const counted = Atomics.load(new Int32Array(memory), 0);
    return { increments, lost: increments - counted, seconds: (endMs - startMs) / 1e3 };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
