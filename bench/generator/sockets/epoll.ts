/**
 * epoll(7) for the load generator, over the system calls in calls.ts. Linux only.
 *
 * Runs in the load process, on its only thread. Sockets are edge-triggered: after an event, the
 * handler must read until everything expected has come. clients.ts is built on this.
 */
import { endianness } from 'node:os';
import { calls, PR_SET_TIMERSLACK } from './calls.js';
import { addressOf, errorName, lastError } from '../../../src/base/libc/call.js';
import { close } from '../../../src/base/libc/socket.js';
import { NS_PER_MS } from '../../lib/clock.js';

const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 1 << 31;
/** The flags of a socket whose peer has closed, reset, or shut down its sending side. */
export const CLOSING = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;

const MAX_EVENTS = 512;
/** The size of `struct epoll_event`: packed to 12 bytes on x86-64, 16 bytes elsewhere. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const DATA_WORD = EVENT_WORDS - 2;
/** The index of the lower half of a 64-bit number. */
const LOW_WORD = endianness() === 'LE' ? 0 : 1;

const NS_PER_S = 1e9;

/**
 * Lets this thread's waits end on time. By default Linux may add 50 µs to each wait, to save
 * wake-ups. If the kernel refuses, waits stay that late.
 */
export function disableTimerSlack(): void {
  calls.prctl(PR_SET_TIMERSLACK, 1);
}

/** One epoll instance. The data of each event is the number of the socket's client. */
export class Epoll {
  readonly #fd: number;
  readonly #events = new Int32Array(MAX_EVENTS * EVENT_WORDS);
  readonly #eventsAddress = addressOf(new Uint8Array(this.#events.buffer));
  readonly #interest = new Int32Array(EVENT_WORDS);
  readonly #interestAddress = addressOf(new Uint8Array(this.#interest.buffer));
  /** A `struct timespec`. All values fit the lower halves of its two 64-bit fields. */
  readonly #time = new Int32Array(4);
  readonly #timeAddress = addressOf(new Uint8Array(this.#time.buffer));
  #hasPreciseWait = calls.epollPwait2 !== undefined;

  /** @throws SystemCallError, for example EMFILE */
  constructor() {
    this.#fd = calls.epollCreate(0);
    if (this.#fd === -1) throw lastError('epoll_create1');
  }

  /**
   * Watches a socket for input and, `withOutput`, for room in its send buffer.
   * @throws SystemCallError, for example ENOSPC
   */
  add(fd: number, client: number, withOutput: boolean): void {
    this.#control(EPOLL_CTL_ADD, fd, client, withOutput);
  }

  /** Watches another instance, level-triggered: events left in it are reported again. */
  addEpoll(inner: Epoll, number: number): void {
    this.#controlWith(EPOLL_CTL_ADD, inner.#fd, number, EPOLLIN);
  }

  /** From now on also watches for room in the socket's send buffer. */
  watchOutput(fd: number, client: number): void {
    this.#control(EPOLL_CTL_MOD, fd, client, true);
  }

  /**
   * Waits for events and returns their number. A signal ends the wait with 0.
   * @throws SystemCallError
   */
  wait(timeoutMs: number): number {
    const count = calls.epollWait(this.#fd, this.#eventsAddress, MAX_EVENTS, timeoutMs);
    if (count >= 0) return count;
    if (errorName() === 'EINTR') return 0;
    throw lastError('epoll_wait');
  }

  /**
   * As {@link wait}, to the nanosecond where the system has epoll_pwait2(2). Elsewhere it waits
   * whole milliseconds, rounded down: never too long, so the caller polls for the rest.
   */
  waitNs(timeoutNs: number): number {
    if (timeoutNs <= 0 || !this.#hasPreciseWait || calls.epollPwait2 === undefined) {
      return this.wait(Math.max(0, Math.floor(timeoutNs / NS_PER_MS)));
    }
    this.#time[LOW_WORD] = timeoutNs / NS_PER_S;
    this.#time[2 + LOW_WORD] = timeoutNs % NS_PER_S;
    const count = calls.epollPwait2(
      this.#fd,
      this.#eventsAddress,
      MAX_EVENTS,
      this.#timeAddress,
      0,
    );
    if (count >= 0) return count;
    switch (errorName()) {
      case 'EINTR':
        return 0;
      case 'ENOSYS':
        this.#hasPreciseWait = false;
        return this.waitNs(timeoutNs);
      default:
        throw lastError('epoll_pwait2');
    }
  }

  flagsAt(event: number): number {
    return this.#events[event * EVENT_WORDS] ?? 0;
  }

  clientAt(event: number): number {
    return this.#events[event * EVENT_WORDS + DATA_WORD] ?? 0;
  }

  close(): void {
    close(this.#fd);
  }

  #control(operation: number, fd: number, client: number, withOutput: boolean): void {
    this.#controlWith(
      operation,
      fd,
      client,
      EPOLLIN | EPOLLRDHUP | EPOLLET | (withOutput ? EPOLLOUT : 0),
    );
  }

  #controlWith(operation: number, fd: number, client: number, events: number): void {
    this.#interest[0] = events;
    this.#interest[DATA_WORD] = client;
    if (calls.epollCtl(this.#fd, operation, fd, this.#interestAddress) === -1)
      throw lastError('epoll_ctl');
  }
}
