/**
 * futex(2), by which a client thread waits for its next client. Runs on any thread. Read
 * threads/wait-word.ts next.
 */
import { addressOf, bind } from './call.js';

/** By architecture; Linux only. */
const SYS_FUTEX: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 202,
  arm64: 98,
  riscv64: 98,
  loong64: 98,
};
const FUTEX_WAIT_PRIVATE = 128;
const FUTEX_WAKE_PRIVATE = 129;

/**
 * futex(2) on words of memory that threads of this process share; undefined on an unknown
 * architecture.
 *
 * Atomics.wait and Atomics.notify do the same, but V8 guards them with one mutex for the whole
 * process. Unlike Atomics.wait, `wait` is not interrupted when the thread is terminated: another
 * thread must wake it.
 */
export function bindFutex() {
  const number = process.platform === 'linux' ? SYS_FUTEX[process.arch] : undefined;
  if (number === undefined) return undefined;
  const syscall = bind<
    (number: number, address: number, operation: number, value: number, timeout: number) => number
  >(
    'intptr_t syscall(intptr_t number, uintptr_t address, int operation, uint32_t value, uintptr_t timeout)',
  );
  /** A `struct timespec`. */
  const time = new BigInt64Array(2);
  const timeAddress = addressOf(new Uint8Array(time.buffer));
  return {
    /** Blocks while the word is `value`; may return early. */
    wait: (address: number, value: number) =>
      void syscall(number, address, FUTEX_WAIT_PRIVATE, value, 0),
    /** The same, at most so many milliseconds, less than a thousand. */
    waitBriefly: (address: number, value: number, ms: number) => {
      time[1] = BigInt(ms) * 1_000_000n;
      syscall(number, address, FUTEX_WAIT_PRIVATE, value, timeAddress);
    },
    /** Wakes one thread that waits on the word. Returns how many it has woken: 0 or 1. */
    wake: (address: number) => syscall(number, address, FUTEX_WAKE_PRIVATE, 1, 0),
  };
}
