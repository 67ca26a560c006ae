/**
 * A connection whose recv and sendAll block their thread. Runs on client threads only.
 *
 * The descriptor is borrowed: nothing here closes it (see threads/lease.ts). The main thread ends a
 * blocked recv by shutdown(2), after which recv returns 0. See stream.ts for the counterpart on the
 * event loop.
 */
import * as libc from '../base/libc.js';
import {
  ConnectionLost,
  NO_BYTES,
  RECV_BYTES,
  type Connection,
  type MaybePromise,
  type Next,
} from './connection.js';
import { endpointOf } from './endpoint.js';

/** Counts bytes in and out, in memory that main can read while this thread is blocked. */
export interface Meter {
  bytesIn: number;
  bytesOut: number;
}

/**
 * One receive buffer a thread, since a client thread serves one client at a time. Decoders and
 * parsers need a Buffer.
 */
const buffer = Buffer.alloc(RECV_BYTES);
const bufferAddress = libc.addressOf(buffer);

/** A client that leaves after one request is received from twice: its request, and its end. */
const CALLS_OF_A_VISIT = 2;

export class BlockingConnection implements Connection {
  readonly id: number;
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

  /** @param onStay called once, when the client stays for more than one request */
  constructor(id: number, fd: number, meter: Meter, onStay?: () => void) {
    this.id = id;
    this.#fd = fd;
    this.#meter = meter;
    this.#onStay = onStay;
  }

  /** Whether the client has stayed for more than one request. */
  get hasStayed(): boolean {
    return this.#callsUntilStay < 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get peer(): string {
    const address = libc.peerSocketAddress(this.#fd);
    if (!address) throw lost('getpeername');
    return endpointOf(address);
  }

  recv(maxBytes = RECV_BYTES): Uint8Array {
    if (this.#callsUntilStay-- === 0) this.#onStay?.();
    const length = libc.recv(this.#fd, bufferAddress, Math.min(maxBytes, RECV_BYTES), 0);
    if (length > 0) return this.#view(length);
    if (length === 0) {
      this.#ended = true;
      return NO_BYTES;
    }
    if (libc.errorName() === 'EINTR') return this.recv(maxBytes);
    throw lost('recv');
  }

  sendAll(bytes: Uint8Array): undefined {
    const { length } = bytes;
    const sent =
      bytes.buffer === buffer.buffer
        ? libc.send(this.#fd, bufferAddress + bytes.byteOffset, length, libc.MSG_NOSIGNAL)
        : libc.sendBytes(this.#fd, bytes, length, libc.MSG_NOSIGNAL);
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
      libc.setTimeouts(this.#fd, silenceMs === 0 ? leftMs : Math.min(leftMs, silenceMs));
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

  #view(length: number): Uint8Array {
    this.#meter.bytesIn += length;
    if (length !== this.#received.length) this.#received = buffer.subarray(0, length);
    return this.#received;
  }

  #sendRest(bytes: Uint8Array, firstSent: number): void {
    let sent = firstSent;
    for (let done = 0; ;) {
      if (sent >= 0) {
        done += sent;
        this.#meter.bytesOut += sent;
        if (done === bytes.length) return;
      } else if (libc.errorName() !== 'EINTR') {
        throw lost('send');
      }
      const rest = bytes.subarray(done);
      sent = libc.sendBytes(this.#fd, rest, rest.length, libc.MSG_NOSIGNAL);
    }
  }
}

/**
 * The last call's error as the loss of the client. EAGAIN on a blocking descriptor is the idle
 * timeout.
 */
function lost(call: string): ConnectionLost {
  const cause = libc.lastError(call);
  return new ConnectionLost(cause.code === 'EAGAIN' ? 'idle' : 'reset', cause);
}
