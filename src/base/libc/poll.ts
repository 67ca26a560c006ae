/**
 * poll(2), by which main and the watchdog look after descriptors that libuv does not watch. Read
 * threads/room.ts and threads/task-watch.ts next.
 */
import { bind } from './call.js';

/** For {@link bindPoll}: there is room in the send buffer. */
export const POLLOUT = 4;

/**
 * poll(2) of several descriptors. Bound on demand: only main asks, and only for slow clients and
 * long tasks.
 * @param interest POLLOUT; 0: only whether a connection has ended in both directions. It was reset,
 *   or, of a Unix-domain socket, its peer has closed. A TCP peer that has closed looks like one that
 *   has only ended its side.
 */
export function bindPoll(interest: number) {
  const poll = bind<(descriptors: Int32Array, count: number, timeoutMs: number) => number>(
    'int poll(void *descriptors, unsigned long count, int timeout)',
  );
  /** Two words each: the descriptor; the events asked for (16 bits) and those returned. */
  let asked = new Int32Array(0);
  /**
   * Does not wait. Returns those with the event, or whose connection has ended; none if the call
   * fails, as it may for want of memory.
   */
  return <T extends { readonly fd: number }>(all: readonly T[]): T[] => {
    if (asked.length < 2 * all.length) asked = new Int32Array(4 * all.length);
    const events = new Uint16Array(asked.buffer);
    all.forEach(({ fd }, index) => {
      asked[2 * index] = fd;
      events[4 * index + 2] = interest;
      events[4 * index + 3] = 0;
    });
    if (poll(asked, all.length, 0) === -1) return [];
    return all.filter((_, index) => events[4 * index + 3] !== 0);
  };
}
