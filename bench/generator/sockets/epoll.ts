/**
 * Client sockets and epoll(7) for the load generator, over the system calls in src/base/libc.ts. Linux only.
 *
 * Used by the generator's process alone, on its one thread. Events are edge-triggered: whoever handles one must
 * read until everything expected has come. clients.ts is built on this.
 */
import { endianness } from 'node:os';
import {
  AF_INET,
  IPPROTO_IP,
  IPPROTO_TCP,
  IP_BIND_ADDRESS_NO_PORT,
  PR_SET_TIMERSLACK,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ERROR,
  TCP_NODELAY,
  addressOf,
  bindClientCalls,
  errorName,
  lastError,
  setsockopt,
} from '../../../src/base/libc.js';
import type { ErrorKind } from '../protocol/answers.js';

const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
const EPOLLET = 1 << 31;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;

const TCP_INFO = 11;
/** In `struct tcp_info` (linux/tcp.h). */
const TOTAL_RETRANSMISSIONS_WORD = 25;

const MAX_EVENTS = 512;
/** `struct epoll_event` is packed on x86-64 (12 bytes), and aligned to 16 bytes elsewhere. */
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4;
const DATA_WORD = EVENT_WORDS - 2;
/** Where the lower half of a 64-bit number stands. */
const LOW_WORD = endianness() === 'LE' ? 0 : 1;
/** 127.0.0.2 to 127.0.0.201. */
const SOURCE_ADDRESSES = 200;

const NS_PER_S = 1e9;

const calls = bindClientCalls();
const on = new Uint8Array(new Int32Array([1]).buffer);

/**
 * Starts connecting to 127.0.0.1 without waiting for it. Throws a SystemCallError for what fails at once.
 * With a `source`, the socket has a loopback address of its own: a client that closes first leaves its port in
 * TIME_WAIT for a minute, and one address has only some 28,000 ports. The port itself is chosen by connect.
 */
export function connectSocket(port: number, source: number | undefined): number {
  const fd = calls.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd === -1) throw lastError('socket');
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, on, on.length);
  if (source !== undefined) {
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, on, on.length);
    const address = sourceAddresses[source % SOURCE_ADDRESSES];
    if (address === undefined || calls.bind(fd, address, address.length) === -1) throw lastError('bind');
  }
  if (calls.connect(fd, targetAddress(port), 16) === -1) {
    // EINPROGRESS is the rule, and has no name in Node's tables. What else goes wrong shows at the first send.
    const code = errorName();
    if (code === 'ECONNREFUSED' || code === 'EADDRNOTAVAIL') {
      const error = lastError(`connect to port ${port}`);
      calls.close(fd);
      throw error;
    }
  }
  return fd;
}

/** What the last failed recv or send means; undefined if it only has to wait. */
export function failureKind(): ErrorKind | undefined {
  switch (errorName()) {
    case 'EAGAIN':
    case 'EINTR':
      return undefined;
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
      return 'reset';
    case 'EPIPE':
      return 'closedEarly';
    default:
      return 'other';
  }
}

export function closeSocket(fd: number): void {
  calls.close(fd);
}

/** Whether a connect that was in progress has succeeded. Takes the socket's pending error with it. */
export function isConnected(fd: number): boolean {
  const error = new Int32Array(1);
  const status = calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, error, new Uint32Array([4]));
  return status === 0 && error[0] === 0;
}

/**
 * Lets this thread's waits end when they should: by default Linux may add 50 µs to each, to save wake-ups.
 * A kernel that refuses leaves it at that, and the wait is as late as before.
 */
export function wakeOnTime(): void {
  calls.prctl(PR_SET_TIMERSLACK, 1);
}

/** How many segments the socket's kernel has sent again so far, SYNs included: TCP_INFO's tcpi_total_retrans. */
export function retransmissions(fd: number): number {
  const info = new Int32Array(TOTAL_RETRANSMISSIONS_WORD + 1);
  const status = calls.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, new Uint32Array([info.byteLength]));
  return status === 0 ? (info[TOTAL_RETRANSMISSIONS_WORD] ?? 0) : 0;
}

/** One epoll instance; sockets are known to it by the number of their client. */
export class Epoll {
  readonly #fd: number;
  readonly #events = new Int32Array(MAX_EVENTS * EVENT_WORDS);
  readonly #eventsAddress = addressOf(new Uint8Array(this.#events.buffer));
  readonly #interest = new Int32Array(EVENT_WORDS);
  readonly #interestBytes = new Uint8Array(this.#interest.buffer);
  /** A `struct timespec`, whose numbers here all fit the lower halves of its two 64-bit fields. */
  readonly #time = new Int32Array(4);
  readonly #timeAddress = addressOf(new Uint8Array(this.#time.buffer));
  #hasPreciseWait = calls.epollPwait2 !== undefined;

  constructor() {
    this.#fd = calls.epollCreate(0);
    if (this.#fd === -1) throw lastError('epoll_create1');
  }

  add(fd: number, client: number, withOutput: boolean): void {
    this.#control(EPOLL_CTL_ADD, fd, client, withOutput);
  }

  /** Tells, as `client`, that another instance has events; level-triggered, so that none is forgotten in it. */
  addInner(inner: Epoll, client: number): void {
    this.#controlWith(EPOLL_CTL_ADD, inner.#fd, client, EPOLLIN);
  }

  /** Tells also when the socket takes bytes again. */
  watchOutput(fd: number, client: number): void {
    this.#control(EPOLL_CTL_MOD, fd, client, true);
  }

  /** Waits for events, at most so long; their number. A signal ends the wait with none. */
  wait(timeoutMs: number): number {
    const count = calls.epollWait(this.#fd, this.#eventsAddress, MAX_EVENTS, timeoutMs);
    if (count >= 0) return count;
    if (errorName() === 'EINTR') return 0;
    throw lastError('epoll_wait');
  }

  /**
   * As `wait`, to the nanosecond where the system has epoll_pwait2(2). Elsewhere epoll_wait's whole milliseconds must
   * do: it wakes early, never late, so a caller that asks again until the time has come polls for the rest.
   */
  waitNs(timeoutNs: number): number {
    if (timeoutNs <= 0 || !this.#hasPreciseWait || calls.epollPwait2 === undefined) {
      return this.wait(Math.max(0, Math.floor(timeoutNs / 1e6)));
    }
    this.#time[LOW_WORD] = timeoutNs / NS_PER_S;
    this.#time[2 + LOW_WORD] = timeoutNs % NS_PER_S;
    const count = calls.epollPwait2(this.#fd, this.#eventsAddress, MAX_EVENTS, this.#timeAddress, 0);
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
    calls.close(this.#fd);
  }

  #control(operation: number, fd: number, client: number, withOutput: boolean): void {
    this.#controlWith(operation, fd, client, EPOLLIN | EPOLLRDHUP | EPOLLET | (withOutput ? EPOLLOUT : 0));
  }

  #controlWith(operation: number, fd: number, client: number, events: number): void {
    this.#interest[0] = events;
    this.#interest[DATA_WORD] = client;
    if (calls.epollCtl(this.#fd, operation, fd, this.#interestBytes) === -1) throw lastError('epoll_ctl');
  }
}

/** A `struct sockaddr_in`: the family in the machine's byte order, port and address in the network's. */
function socketAddress(lastByte: number, port: number): Uint8Array {
  const address = new Uint8Array(16);
  new Uint16Array(address.buffer)[0] = AF_INET;
  address.set([port >> 8, port & 0xff, 127, 0, 0, lastByte], 2);
  return address;
}

const sourceAddresses = Array.from({ length: SOURCE_ADDRESSES }, (_, index) => socketAddress(index + 2, 0));

let target = { port: 0, address: socketAddress(1, 0) };

/** Kept from call to call: one job connects thousands of times a second to the same port. */
function targetAddress(port: number): Uint8Array {
  if (target.port !== port) target = { port, address: socketAddress(1, port) };
  return target.address;
}
