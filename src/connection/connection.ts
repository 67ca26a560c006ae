/**
 * What a service talks to: one client's byte stream, without threads or events.
 *
 * There are two implementations. blocking.ts runs on a client thread and blocks in recv(2);
 * stream.ts runs on the main thread over a net.Socket. text.ts and lines.ts are layers above for
 * decoding and framing.
 */

import type { ServiceLog } from '../log/log.js';
import type { DeadlineName, DeadlineReason } from './deadlines.js';

/**
 * A value, or a promise of it. A blocking connection always returns the value itself, so a caller
 * on a hot path looks first and saves the microtask of an `await`.
 */
export type MaybePromise<T> = T | Promise<T>;

/** What a message's callback returns: undefined to continue, `'stop'` to end the conversation. */
export type Next = 'stop' | undefined;

/**
 * An address: `127.0.0.1:5001`, `[::1]:5001`, or `unix` for a Unix-domain client, which has none.
 */
export type Endpoint = string;

export interface Connection {
  /** Counts from 1 for each server; the `connection` field of every log line about this client. */
  readonly id: number;
  readonly peer: Endpoint;
  /** The server's log, for layers such as lines.ts. */
  readonly log: ServiceLog | undefined;
  /**
   * Whether the client itself has ended its side, in order. An end of stream may also be main's, on
   * a stop.
   */
  readonly hasClientEnded: boolean;

  /**
   * Receives the next bytes: at least one, at most `maxBytes`; empty at end of stream. The next
   * call may reuse their buffer, so the caller copies what it keeps.
   * @throws ConnectionLost when the client has gone without an orderly end, or is disconnected as
   *   idle or late. Such a client can still be sent one message, which nothing waits for.
   */
  recv(maxBytes?: number): MaybePromise<Uint8Array>;

  /**
   * Receives as {@link recv} does, but waits at most so many milliseconds.
   * @returns undefined if the client has sent nothing in that time
   */
  recvWithin(waitMs: number): MaybePromise<Uint8Array | undefined>;

  /**
   * Sends all bytes. The caller may reuse them once the call has returned, or its promise is
   * resolved.
   * @throws ConnectionLost when the client has gone
   */
  sendAll(bytes: Uint8Array): MaybePromise<undefined>;

  /**
   * Lets the event loop's other clients have their turn, if this one has used up its slice. A
   * handler that finds several messages in a chunk calls it between them.
   * @returns undefined if the handler may go on at once, as always on a client thread
   */
  yieldTurn(): MaybePromise<undefined>;

  /**
   * Calls `use` with each chunk until end of stream, or until `use` returns `'stop'`. Reads the
   * next chunk when `use` has returned, or its promise is resolved.
   *
   * It equals a loop around {@link recv}, but while `use` answers synchronously, a client thread
   * stays in one synchronous loop. That takes 1.1 µs of user time a request; a loop with two awaits
   * takes 2.
   */
  forEachChunk(use: (chunk: Uint8Array) => MaybePromise<Next>): Promise<void>;

  /**
   * From now on the client has the time of this deadline; one that runs starts again. When it is
   * over and the handler waits for the client, recv fails with ConnectionLost.
   */
  startDeadline(name: DeadlineName): void;
  endDeadline(name: DeadlineName): void;
}

/** Which rule the client broke, so that the service ended the conversation. */
export type Breach = 'too long';

/**
 * How a service has ended a conversation while its client may be sending: with an answer to what
 * it has not read as a whole.
 */
export type EarlyEnd = Breach | 'early';

/** Why a connection was cut short: the `reason` of its `closed` line. */
export type LossReason = 'reset' | 'idle' | 'stopped' | 'slow' | 'task limit' | DeadlineReason;

declare global {
  var handoffLosses: WeakSet<object> | undefined;
}

/**
 * All that this thread's copies of the class have made: a thread has one in its program and another
 * in its service, which are bundled apart (../base/programs.ts).
 */
const losses = (globalThis.handoffLosses ??= new WeakSet());

/**
 * The client has gone or was disconnected: an end of its conversation that the server expects to
 * happen.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly reason: LossReason;

  /** As instanceof, but of any value: a thrown proxy may throw at instanceof. */
  static is(thrown: unknown): thrown is ConnectionLost {
    return typeof thrown === 'object' && thrown !== null && losses.has(thrown);
  }

  constructor(reason: LossReason, cause?: unknown) {
    // No stack: the error is expected, and its stack costs more than all else that a reset costs.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`connection lost: ${reason}`, { cause });
    Error.stackTraceLimit = stackTraceLimit;
    this.reason = reason;
    losses.add(this);
  }
}

/**
 * Whether a client that was cut short can still be sent one message: it was late with what it sent,
 * and not with reading.
 */
export function mayBeTold(reason: LossReason): boolean {
  return reason === 'idle' || isLate(reason);
}

/** Whether the client missed the deadline of something that it had to send. */
export function isLate(reason: LossReason): reason is `${DeadlineName} deadline` {
  return reason === 'login deadline' || reason === 'line deadline' || reason === 'request deadline';
}

/**
 * The memory, in bytes, of what a client may leave unread of what other clients send it, beyond the
 * kernel's buffers. Those hold megabytes on the loopback interface, some 200 kB on a Unix-domain
 * socket, and less than 100 kB at first on an Ethernet.
 */
export const SLOW_BYTES = 1024 * 1024;

/** The largest number of bytes that one recv asks for. */
export const RECV_BYTES = 65_536;

export const NO_BYTES = new Uint8Array(0);
