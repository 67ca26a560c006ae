/**
 * The thread itself: its name, its scheduling, the processor time it has used; and the end of the
 * whole process. Runs on any thread. Read workers/serve-client.ts next.
 */
import { addressOf, bind, lastError } from './call.js';

/** Ends the process at once: runs no exit handlers, joins no threads that are blocked in a call. */
export const exitNow = bind<(status: number) => void>('void _exit(int status)');

const PR_SET_NAME = 15;

/** Names this thread for ps(1), top(1) and perf(1): at most 15 bytes are kept. Linux only. */
export function nameThread(name: string): void {
  const prctl = bind<(option: number, name: Uint8Array) => number>(
    'int prctl(int option, const void *name)',
  );
  prctl(PR_SET_NAME, Buffer.from(`${name}\0`));
}

const SCHED_OTHER = 0;
/** The policy of threads that do not preempt the running thread when they wake: see sched(7). */
const SCHED_BATCH = 3;

/** How the system schedules this thread; where it forbids a change, the policy stays as it is. Linux. */
export function bindScheduler() {
  const set = bind<(thread: number, policy: number, parameter: Int32Array) => number>(
    'int sched_setscheduler(int thread, int policy, const void *parameter)',
  );
  const parameter = new Int32Array([0]);
  return {
    /** From now on it waits for its turn when it wakes. */
    asBatch: () => void set(0, SCHED_BATCH, parameter),
    /** From now on it takes its turn when it wakes, as threads do by default. */
    asUsual: () => void set(0, SCHED_OTHER, parameter),
  };
}

const CLOCK_THREAD_CPUTIME_ID = process.platform === 'darwin' ? 16 : 3;
const clockGettime = bind<(clock: number, time: number) => number>(
  'int clock_gettime(int clock, uintptr_t time)',
);

/** A `struct timespec`. */
const threadTime = new BigInt64Array(2);
const threadTimeAddress = addressOf(new Uint8Array(threadTime.buffer));

/**
 * The processor time that this thread has used so far, in milliseconds.
 * @throws SystemCallError if clock_gettime(2) fails
 */
export function threadCpuMs(): number {
  if (clockGettime(CLOCK_THREAD_CPUTIME_ID, threadTimeAddress) === -1)
    throw lastError('clock_gettime');
  return Number(threadTime[0]) * 1e3 + Number(threadTime[1]) / 1e6;
}

/** CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED of Linux: a clock of a thread is made of its id and these. */
const CLOCK_OF_THREAD = 6;

/**
 * The processor clocks of this process' threads. Only main asks for those of others. Linux only.
 * @returns in milliseconds; undefined if there is no such thread
 */
export function bindThreadClock(): (tid: number) => number | undefined {
  const time = new BigInt64Array(2);
  const address = addressOf(new Uint8Array(time.buffer));
  return (tid) =>
    clockGettime((~tid << 3) | CLOCK_OF_THREAD, address) === -1
      ? undefined
      : Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
}
