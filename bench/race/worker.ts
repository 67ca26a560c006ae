/**
 * One of several threads that increment a counter in shared memory, in one of three ways.
 *
 * Runs in a worker thread that race.ts starts: one race after the other, until race.ts terminates
 * it. `counter[0] += 1` is a load, an addition and a store. A store of another thread in between is
 * overwritten: its update is lost. A compiler may keep such a counter in a register for a whole
 * loop. TurboFan of Node 20 does not (--print-opt-code: movl, addl, movl), so updates are lost one
 * by one.
 */
import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../../src/base/clock.js';

export type Way = 'plain increment' | 'Atomics.add' | 'lock';

export interface Race {
  readonly way: Way;
  /** How many threads take part. They start together. */
  readonly threads: number;
  /** How long each thread counts. */
  readonly durationMs: number;
  /** Zeroed; counter, lock and number of ready threads, each in its own cache line. */
  readonly memory: SharedArrayBuffer;
}

export interface RaceResult {
  /** Increments of this thread. */
  readonly increments: number;
  /** Time on the clock that all threads share. */
  readonly startMs: number;
  readonly endMs: number;
}

const LINE_BYTES = 64;
export const RACE_BYTES = 3 * LINE_BYTES;

/** Increments between two readings of the clock. A reading costs as much as ten increments. */
const CHUNK = 1000;

const FREE = 0;
const HELD = 1;
const HELD_WITH_WAITERS = 2;

const count: Readonly<Record<Way, (counter: Int32Array, lock: Int32Array, times: number) => void>> =
  {
    'plain increment'(counter, _lock, times) {
      for (let left = times; left > 0; left--) counter[0] = (counter[0] ?? 0) + 1;
    },
    'Atomics.add'(counter, _lock, times) {
      for (let left = times; left > 0; left--) Atomics.add(counter, 0, 1);
    },
    lock(counter, lock, times) {
      for (let left = times; left > 0; left--) {
        acquire(lock);
        counter[0] = (counter[0] ?? 0) + 1;
        release(lock);
      }
    },
  };

/** Ulrich Drepper, Futexes Are Tricky (2011), section 6: notifies only if a thread waits. */
function acquire(lock: Int32Array): void {
  if (Atomics.compareExchange(lock, 0, FREE, HELD) === FREE) return;
  while (Atomics.exchange(lock, 0, HELD_WITH_WAITERS) !== FREE)
    Atomics.wait(lock, 0, HELD_WITH_WAITERS);
}

function release(lock: Int32Array): void {
  if (Atomics.exchange(lock, 0, FREE) === HELD_WITH_WAITERS) Atomics.notify(lock, 0, 1);
}

function run({ way, threads, durationMs, memory }: Race): RaceResult {
  const [counter, lock, ready] = [0, 1, 2].map(
    (line) => new Int32Array(memory, line * LINE_BYTES, 1),
  );
  if (!counter || !lock || !ready) throw new Error('unreachable: the memory has three places');
  Atomics.add(ready, 0, 1);
  // Not Atomics.wait: a wake-up takes some 50 µs, in which the last thread would count alone.
  while (Atomics.load(ready, 0) < threads);
  const startMs = monotonicMs();
  let increments = 0;
  let endMs = startMs;
  while (endMs - startMs < durationMs) {
    count[way](counter, lock, CHUNK);
    increments += CHUNK;
    endMs = monotonicMs();
  }
  return { increments, startMs, endMs };
}

parentPort?.on('message', (race: Race) => parentPort?.postMessage(run(race)));
