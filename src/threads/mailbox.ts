/**
 * The shared memory between main and one client thread, through which a descriptor is lent and returned.
 *
 *     main                                     client thread
 *     deliver(fd, id)  ── state: LENT ──►      take() wakes, serves the client
 *                                              settle(reason) ── state: EMPTY, rings the bell
 *     finds it settled  ◄──────────────────    take() blocks again
 *     retire()         ── state: RETIRED ──►   take() returns undefined, the thread's task ends
 *
 * Why not a task of the pool for each client: a `pool.run` costs as much as accepting the connection does.
 * Memory is ordered by the state word: everything is written before its Atomics.store and read after its load.
 */
import type { Meter } from '../connection/blocking.js';
import { END_REASONS, type EndReason } from '../services/conversation.js';
import { whileState } from './wait-while.js';

const EMPTY = 0;
const LENT = 1;
const RETIRED = 2;

/** Places in a mailbox's 32-bit words. */
const STATE = 0;
const FD = 1;
const ID = 2;
const REASON = 3;
/** Places in the 64-bit floats, which begin after those. */
const FLOATS_AT_BYTE = 16;
const BYTES_IN = 0;
const BYTES_OUT = 1;
const STARTED_MS = 2;
/** A mailbox has its cache lines for itself: two threads would slow each other down on a shared one. */
const MAILBOX_BYTES = 128;

export class Mailbox implements Meter {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;

  /** Without a buffer it is new; the other thread is given this one's. */
  constructor(buffer = new SharedArrayBuffer(MAILBOX_BYTES)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, 4);
    this.#floats = new Float64Array(buffer, FLOATS_AT_BYTE, 3);
  }

  /** Main thread. The mailbox must be empty. */
  deliver(fd: number, id: number): void {
    this.#require(EMPTY);
    this.#words[FD] = fd;
    this.#words[ID] = id;
    this.#floats.fill(0);
    this.#enter(LENT);
  }

  /** Main thread. The client thread ends its task instead of waiting for another client. */
  retire(): void {
    this.#require(EMPTY);
    this.#enter(RETIRED);
  }

  /** Client thread: blocks until there is a client, or returns undefined when there will be none. */
  take(): { fd: number; id: number } | undefined {
    whileState(this.#words, STATE, EMPTY);
    if (Atomics.load(this.#words, STATE) === RETIRED) return undefined;
    return { fd: this.#words[FD] ?? -1, id: this.#words[ID] ?? -1 };
  }

  /** Client thread: the client is served; its descriptor is not touched again. */
  settle(reason: EndReason): void {
    this.#require(LENT);
    this.#words[REASON] = END_REASONS.indexOf(reason);
    this.#enter(EMPTY);
  }

  /** Main thread: whether no client is in it, so that one delivered before has been served. */
  get isEmpty(): boolean {
    return Atomics.load(this.#words, STATE) === EMPTY;
  }

  /** Main thread, once it is empty again. */
  get reason(): EndReason {
    return END_REASONS[this.#words[REASON] ?? 0] ?? 'error';
  }

  get bytesIn(): number {
    return this.#floats[BYTES_IN] ?? 0;
  }

  set bytesIn(bytes: number) {
    this.#floats[BYTES_IN] = bytes;
  }

  get bytesOut(): number {
    return this.#floats[BYTES_OUT] ?? 0;
  }

  set bytesOut(bytes: number) {
    this.#floats[BYTES_OUT] = bytes;
  }

  /** When the client thread took this client on, by the monotonic clock; 0 as long as it has not. */
  get startedAtMs(): number {
    return this.#floats[STARTED_MS] ?? 0;
  }

  set startedAtMs(ms: number) {
    this.#floats[STARTED_MS] = ms;
  }

  /** A state is left by the side whose turn it is, and by no other: anything else is a mistake of this program. */
  #require(expected: number): void {
    const state = Atomics.load(this.#words, STATE);
    if (state !== expected) throw new Error(`mailbox in state ${state} where ${expected} was expected`);
  }

  #enter(state: number): void {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }
}

/**
 * Calls main's attention to the mailboxes and to calls (calls.ts), once for all that were settled or made before
 * it looks: under load, a message for each served client would cost main more than closing its descriptor.
 */
export class Bell {
  readonly buffer: SharedArrayBuffer;
  readonly #rung: Int32Array;

  constructor(buffer = new SharedArrayBuffer(MAILBOX_BYTES)) {
    this.buffer = buffer;
    this.#rung = new Int32Array(buffer, 0, 1);
  }

  /** Client thread, after settling or asking. Returns whether main must be sent a message: it has not been since it looked. */
  ring(): boolean {
    return Atomics.exchange(this.#rung, 0, 1) === 0;
  }

  /** Main thread, before looking: whoever settles from now on rings again, so nobody is overlooked. */
  silence(): void {
    Atomics.store(this.#rung, 0, 0);
  }
}
