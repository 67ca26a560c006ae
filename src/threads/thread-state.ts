/**
 * What a client thread does at this moment: /proc shows in which system call it is blocked. Main
 * thread.
 *
 * The thread does not store its state itself: it would have to do so before and after every call,
 * mostly for no reader. A look-up costs the thread nothing and main some 9 µs, and happens only for
 * a snapshot.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { State } from '../serving/views.js';

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
 * `45 0x1d 0x7f…`: the number of the call, then its arguments; or `running`. Only the beginning
 * matters.
 */
const text = Buffer.alloc(16);

/**
 * @param thread its place below /proc, as /proc/thread-self names it: `123/task/125`; undefined
 * without /proc
 * @returns `serving` where the kernel does not show it
 */
export function threadStateOf(thread: string | undefined): State {
  if (thread === undefined || calls === undefined) return 'serving';
  try {
    const file = openSync(`/proc/${thread}/syscall`, 'r');
    try {
      const length = readSync(file, text);
      return calls[Number.parseInt(text.toString('latin1', 0, length), 10)] ?? 'running';
    } finally {
      closeSync(file);
    }
  } catch {
    // The thread has died, the kernel was built without this file, or no descriptor is free.
    return 'serving';
  }
}
