/**
 * One of several threads that count in the same shared memory, in one of three ways. A program of its own, run in
 * worker_threads by race.ts; it runs one race after the other, until it is terminated.
 *
 * `counter[0] += 1` is a load, an addition and a store. What another thread stores in between is overwritten: its
 * update is lost. Nothing forbids a compiler to keep such a counter in a register for a whole loop and to store it
 * once. TurboFan of Node 20 does not: with --print-opt-code, the loop is a movl from memory, an addl and a movl back.
 * So what is lost here is lost one by one.
 */
import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../../src/base/clock.js';

export type Way = 'plain increment' | 'Atomics.add' | 'lock';

export interface Race {
  readonly way: Way;
  /** How many threads take part; they begin together. */
  readonly threads: number;
  /** How long each of them counts. */
  readonly durationMs: number;
  /** Zeroed: the counter, the lock and the number of threads that have arrived, each in a cache line of its own. */
  readonly memory: SharedArrayBuffer;
}

export interface Ran {
  /** How often it has incremented. */
  readonly increments: number;
  /** On the clock that all threads share. */
  readonly startMs: number;
  readonly endMs: number;
}

const LINE_BYTES = 64;
export const RACE_BYTES = 3 * LINE_BYTES;

/** Increments between two looks at the clock, which cost as much as ten of them. */
const CHUNK = 1000;

const FREE = 0;
const HELD = 1;
const HELD_AND_AWAITED = 2;

const count: Readonly<Record<Way, (counter: Int32Array, lock: Int32Array, times: number) => void>> = {
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

/** Ulrich Drepper, Futexes Are Tricky (2011), section 6: the mutex that wakes nobody where nobody waits. */
function acquire(lock: Int32Array): void {
  if (Atomics.compareExchange(lock, 0, FREE, HELD) === FREE) return;
  while (Atomics.exchange(lock, 0, HELD_AND_AWAITED) !== FREE) Atomics.wait(lock, 0, HELD_AND_AWAITED);
}

function release(lock: Int32Array): void {
  if (Atomics.exchange(lock, 0, FREE) === HELD_AND_AWAITED) Atomics.notify(lock, 0, 1);
}

function run({ way, threads, durationMs, memory }: Race): Ran {
  const [counter, lock, arrived] = [0, 1, 2].map((line) => new Int32Array(memory, line * LINE_BYTES, 1));
  if (!counter || !lock || !arrived) throw new Error('unreachable: the memory has three places');
  Atomics.add(arrived, 0, 1);
  // Not Atomics.wait: to be woken takes some 50 µs, in which whoever came last would have counted alone.
  while (Atomics.load(arrived, 0) < threads);
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
