/**
 * A connection whose recv and sendAll block their thread. Runs on client threads only.
 *
 * The descriptor is borrowed: nothing here closes it (see threads/lease.ts). The main thread ends a
 * blocked recv by shutdown(2), after which recv returns 0. See stream.ts for the counterpart on the
 * event loop.
 */
import { monotonicMs } from '../base/clock.js';
import { addressOf, errorName, lastError } from '../base/libc/call.js';
import * as libc from '../base/libc/socket.js';
import type { ServiceLog } from '../log/log.js';
import {
  ConnectionLost,
  NO_BYTES,
  RECV_BYTES,
  type Connection,
  type MaybePromise,
  type Next,
} from './connection.js';
import { NO_DEADLINES, RunningDeadlines, sendLimitMs } from './deadlines.js';
import type { DeadlineName, Deadlines } from './deadlines.js';
import { endpointOf } from './endpoint.js';

/** How long a client may be silent, or take. */
export interface TimeLimits extends Deadlines {
  /** Idle timeout in milliseconds; 0 disables it. */
  readonly idleMs: number;
}

const NO_LIMITS: TimeLimits = { ...NO_DEADLINES, idleMs: 0 };
const NO_SETTINGS: BlockingSettings = {};

/** Counts bytes in and out, in memory that main can read while this thread is blocked. */
export interface Meter {
  bytesIn: number;
  bytesOut: number;
  /** Whether main has ended the client's input. */
  readonly isInputShut?: boolean;
}

interface BlockingSettings {
  /** Called once, when the client stays for more than one request. */
  readonly onStay?: (() => void) | undefined;
  /** Default: none. */
  readonly limits?: TimeLimits | undefined;
  readonly log?: ServiceLog | undefined;
}

/**
 * One receive buffer a thread, since a client thread serves one client at a time. Decoders and
 * parsers need a Buffer.
 */
const buffer = Buffer.alloc(RECV_BYTES);
const bufferAddress = addressOf(buffer);

/** The first attempt does not wait, so that only a client that reads slowly costs a timeout. */
const AT_ONCE = libc.MSG_NOSIGNAL | libc.MSG_DONTWAIT;

/** A client that leaves after one request is received from twice: its request, and its end. */
const CALLS_OF_A_VISIT = 2;

export class BlockingConnection implements Connection {
  readonly id: number;
  readonly log: ServiceLog | undefined;
  #fd: number;
  readonly #meter: Meter;
  /**
   * The view that the last recv returned. Most clients send messages of one length, which share one
   * view.
   */
  #received: Uint8Array = NO_BYTES;
  #ended = false;
  #callsUntilStay = CALLS_OF_A_VISIT;
  readonly #onStay: (() => void) | undefined;
  readonly #limits: TimeLimits;
  /** Made for the first deadline. */
  #deadlines: RunningDeadlines | undefined;
  /** Deadlines run, or the timeout of recv is still that of one: the next recv sets it first. */
  #isTimed: boolean;
  #hasSendTimeout = false;

  constructor(id: number, fd: number, meter: Meter, settings: BlockingSettings = NO_SETTINGS) {
    const { onStay, limits = NO_LIMITS, log } = settings;
    this.id = id;
    this.log = log;
    this.#fd = fd;
    this.#meter = meter;
    this.#onStay = onStay;
    this.#limits = limits;
    this.#isTimed = limits.idleMs > 0;
  }

  /** Whether the client has stayed for more than one request. */
  get hasStayed(): boolean {
    return this.#callsUntilStay < 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get hasClientEnded(): boolean {
    return this.#ended && this.#meter.isInputShut !== true;
  }

  get peer(): string {
    const address = libc.peerSocketAddress(this.#fd);
    if (!address) throw lost('getpeername');
    return endpointOf(address);
  }

  recv(maxBytes = RECV_BYTES): Uint8Array {
    if (this.#callsUntilStay-- === 0) this.#onStay?.();
    if (this.#isTimed) this.#limitRecv();
    const length = libc.recv(this.#fd, bufferAddress, Math.min(maxBytes, RECV_BYTES), 0);
    if (length >= 0) return this.#taken(length);
    if (errorName() === 'EINTR') return this.recv(maxBytes);
    throw this.#lostInRecv();
  }

  recvWithin(waitMs: number): Uint8Array | undefined {
    if (this.#callsUntilStay-- === 0) this.#onStay?.();
    const endsAtMs = monotonicMs() + waitMs;
    for (let leftMs = waitMs; leftMs > 0; leftMs = endsAtMs - monotonicMs()) {
      this.#limitRecv(leftMs);
      const length = libc.recv(this.#fd, bufferAddress, RECV_BYTES, 0);
      if (length >= 0) return this.#taken(length);
      const error = errorName();
      const { idleMs } = this.#limits;
      if (error === 'EAGAIN' ? idleMs > 0 && idleMs <= leftMs : error !== 'EINTR')
        throw this.#lostInRecv();
    }
    // The process may have been stopped meanwhile.
    const length = libc.recv(this.#fd, bufferAddress, RECV_BYTES, libc.MSG_DONTWAIT);
    if (length >= 0) return this.#taken(length);
    if (errorName() === 'EAGAIN') return undefined;
    throw this.#lostInRecv();
  }

  sendAll(bytes: Uint8Array): undefined {
    const { length } = bytes;
    const sent =
      bytes.buffer === buffer.buffer
        ? libc.send(this.#fd, bufferAddress + bytes.byteOffset, length, AT_ONCE)
        : libc.sendBytes(this.#fd, bytes, length, AT_ONCE);
    if (sent === length) this.#meter.bytesOut += length;
    else this.#sendRest(bytes, sent);
  }

  yieldTurn(): undefined {
    return undefined;
  }

  async forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void> {
    for (;;) {
      const next = this.#loop(use);
      if (next === 'stop' || (await next) === 'stop') return;
    }
  }

  startDeadline(name: DeadlineName): void {
    this.#deadlines ??= new RunningDeadlines(this.#limits, monotonicMs);
    if (this.#deadlines.start(name)) this.#isTimed = true;
  }

  endDeadline(name: DeadlineName): void {
    this.#deadlines?.end(name);
  }

  /**
   * Sends what is queued, then an end of stream (FIN), then reads what the client had still sent.
   * Closing over unread bytes would make the kernel send a reset, which can destroy the last answer
   * on its way.
   *
   * A client that keeps sending has `patienceMs` milliseconds to stop. An end of stream does not
   * prove that it has stopped: main may have ended its input.
   * @param silenceMs after so many milliseconds of silence the client has stopped; 0: at once
   */
  finish(patienceMs: number, silenceMs = 0): void {
    if (libc.shutdown(this.#fd, libc.SHUT_WR) === -1) return;
    if (silenceMs === 0 && libc.recv(this.#fd, bufferAddress, RECV_BYTES, libc.MSG_DONTWAIT) <= 0)
      return;
    const deadlineMs = performance.now() + patienceMs;
    for (let leftMs = patienceMs; leftMs > 0; leftMs = Math.floor(deadlineMs - performance.now())) {
      libc.setReceiveTimeout(this.#fd, silenceMs === 0 ? leftMs : Math.min(leftMs, silenceMs));
      if (libc.recv(this.#fd, bufferAddress, RECV_BYTES, 0) <= 0) return;
    }
  }

  /**
   * Ends the lease of the descriptor. A service that has returned may have left code running that
   * still uses its connection, when the descriptor's number already belongs to another client.
   */
  release(): void {
    this.#fd = -1;
  }

  /**
   * Serves chunks until `use` returns a promise or `'stop'`. A plain function, since V8 optimises
   * its loop.
   */
  #loop(use: (chunk: Uint8Array) => MaybePromise<Next>): 'stop' | Promise<Next> {
    for (;;) {
      const chunk = this.recv();
      if (chunk.length === 0) return 'stop';
      const next = use(chunk);
      if (next !== undefined) return next;
    }
  }

  #taken(length: number): Uint8Array {
    if (length === 0) {
      this.#ended = true;
      return NO_BYTES;
    }
    this.#meter.bytesIn += length;
    if (length !== this.#received.length) this.#received = buffer.subarray(0, length);
    return this.#received;
  }

  /**
   * Sets the timeout of recv: the least of the idle timeout, what is left of a deadline, and the
   * time that the handler waits. Unless it is the first, the next recv sets it again.
   */
  #limitRecv(waitMs = Infinity): void {
    const { idleMs } = this.#limits;
    const next = this.#deadlines?.next;
    const leftMs = next ? next.atMs - monotonicMs() : Infinity;
    if (next && leftMs <= 0) throw new ConnectionLost(`${next.name} deadline`);
    const timeoutMs = Math.min(idleMs || Infinity, leftMs, waitMs);
    libc.setReceiveTimeout(this.#fd, timeoutMs === Infinity ? 0 : timeoutMs);
    this.#isTimed = next !== undefined || waitMs !== Infinity;
  }

  /** A recv that failed, as the loss of the client: by a deadline, if it was the shorter timeout. */
  #lostInRecv(): ConnectionLost {
    const error = lost('recv');
    const next = this.#deadlines?.next;
    if (error.reason !== 'idle' || !next) return error;
    const isLate = this.#limits.idleMs === 0 || next.atMs <= monotonicMs();
    return isLate ? new ConnectionLost(`${next.name} deadline`) : error;
  }

  /** The kernel had no room for all: waits for the client to read. */
  #sendRest(bytes: Uint8Array, firstSent: number): void {
    const limitMs = sendLimitMs(this.#limits, bytes.length);
    const endsAtMs = limitMs > 0 ? monotonicMs() + limitMs : Infinity;
    let sent = firstSent;
    for (let done = 0, hasWaited = false; ; hasWaited = true) {
      if (sent >= 0) {
        done += sent;
        this.#meter.bytesOut += sent;
        if (done === bytes.length) return;
      } else {
        const error = errorName();
        const isIdle = hasWaited && this.#isIdleFirst;
        if (error !== 'EINTR' && (error !== 'EAGAIN' || isIdle)) throw lost('send');
      }
      if (endsAtMs !== Infinity && monotonicMs() >= endsAtMs)
        throw new ConnectionLost('send deadline');
      if (!this.#hasSendTimeout) this.#limitSend();
      const rest = bytes.subarray(done);
      sent = libc.sendBytes(this.#fd, rest, rest.length, libc.MSG_NOSIGNAL);
    }
  }

  /** Whether a send that took nothing has met the idle timeout, and not the send deadline. */
  get #isIdleFirst(): boolean {
    const { idleMs, sendMs } = this.#limits;
    return idleMs > 0 && (sendMs === 0 || idleMs <= sendMs);
  }

  /** Once a client, when the kernel has no room for what it is sent. */
  #limitSend(): void {
    this.#hasSendTimeout = true;
    const { idleMs, sendMs } = this.#limits;
    const timeoutMs = Math.min(idleMs || Infinity, sendMs || Infinity);
    if (timeoutMs !== Infinity) libc.setSendTimeout(this.#fd, timeoutMs);
  }
}

/**
 * The last call's error as the loss of the client. EAGAIN on a blocking descriptor is the idle
 * timeout.
 */
function lost(call: string): ConnectionLost {
  const cause = lastError(call);
  return new ConnectionLost(cause.code === 'EAGAIN' ? 'idle' : 'reset', cause);
}
