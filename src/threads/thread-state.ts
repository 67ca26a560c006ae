/**
 * What a client thread does at this moment, and how long it has run: /proc shows in which system call
 * it is blocked. Main thread.
 *
 * The thread does not store its state itself: it would have to do so before and after every call,
 * mostly for no reader. A look-up costs the thread nothing and main some 9 µs, and happens only for
 * a snapshot.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { State } from '../serving/views.js';
import { LONGEST, parseRunTimes, type RunTimes } from './thread-times.js';

const GENERIC_CALLS: Readonly<Record<number, State>> = {
  207: 'recv',
  206: 'send',
  22: 'await',
  441: 'await',
};

/**
 * recvfrom and sendto, which glibc's recv and send use, and the kinds of epoll_wait in which an
 * event loop waits.
 */
const CALLS: Partial<Record<NodeJS.Architecture, Readonly<Record<number, State>>>> = {
  x64: { 45: 'recv', 44: 'send', 232: 'await', 281: 'await', 441: 'await' },
  arm64: GENERIC_CALLS,
  riscv64: GENERIC_CALLS,
  loong64: GENERIC_CALLS,
};

const calls = CALLS[process.arch];
/**
 * Of `syscall` only the beginning matters: `45 0x1d 0x7f…`, the number of the call, then its
 * arguments; or `running`.
 */
const text = Buffer.alloc(LONGEST);

/**
 * @param thread its place below /proc, as /proc/thread-self names it: `123/task/125`; undefined
 * without /proc
 * @returns `serving` where the kernel does not show it
 */
export function threadStateOf(thread: string | undefined): State {
  if (calls === undefined) return 'serving';
  const length = read(thread, 'syscall');
  if (length === undefined) return 'serving';
  return calls[Number.parseInt(text.toString('latin1', 0, length), 10)] ?? 'running';
}

/**
 * The kernel counts a running thread's time at its ticks, so up to 10 ms are missing.
 * @returns undefined where the kernel does not show it
 */
export function runTimesOf(thread: string | undefined): RunTimes | undefined {
  return read(thread, 'schedstat') === undefined ? undefined : parseRunTimes(text);
}

/** @returns the number of bytes in {@link text}; undefined if there is no such file */
function read(thread: string | undefined, name: string): number | undefined {
  if (thread === undefined) return undefined;
  try {
    const file = openSync(`/proc/${thread}/${name}`, 'r');
    try {
      return readSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch {
    // The thread has died, the kernel was built without this file, or no descriptor is free.
    return undefined;
  }
}
