/**
 * The shared memory between main and one client thread, through which a descriptor is lent and
 * returned.
 *
 *     main                                     client thread
 *     lend(fd, id), wake() ── state: lent ►    take() returns the client
 *                                              settle(reason) ── state: empty, notifies the doorbell
 *     finds it settled  ◄──────────────────    take() blocks again
 *     retire()         ── state: retired ─►    take() returns undefined, the thread's task ends
 *
 * Where threads accept, what is lent is the listening descriptor, and clients go the other way:
 *
 *     lend(listener)   ── state: lent ────►    take() returns the listener; accept4(2)
 *     finds a client   ◄── state: accepted ─   report(fd, id), notifies the doorbell
 *                          or reported         … which waits for noteEntered() where clients share something
 *     finds it served  ◄── state: served ───   settleReported(reason), notifies the doorbell
 *     closes it, lendAgain() ── state: lent ►  take() returns the listener again
 *
 * A client is no task of the pool: a `pool.run` costs as much as accepting the connection does.
 * Memory is ordered by the state word: everything is written before its Atomics.store and read
 * after its load.
 */
import { monotonicMs } from '../base/clock.js';
import type { Meter } from '../connection/blocking.js';
import { END_REASONS, type EndReason } from '../connection/end-reason.js';
import { mailboxLayout as layout, mailboxState } from './protocol.js';
import { WaitWord } from './wait-word.js';

/** A client that its thread has accepted. */
interface Report {
  readonly fd: number;
  readonly connection: number;
  readonly acceptedAtMs: number;
  /** How long it waited in the kernel; undefined if unknown. */
  readonly backlogMs: number | undefined;
}

export class Mailbox implements Meter {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #state: WaitWord;
  /** Where a thread that accepts has the kernel write the client's socket address. */
  readonly peer: Uint8Array;
  readonly peerLength: Uint32Array;

  /** @param buffer of the mailbox on the other thread; without it, the mailbox is new */
  constructor(buffer = new SharedArrayBuffer(layout.bytes)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, layout.words);
    this.#floats = new Float64Array(buffer, layout.floatsAtByte, layout.floats);
    this.#state = new WaitWord(this.#words, layout.state);
    this.peer = new Uint8Array(buffer, layout.peerAtByte, layout.peerBytes);
    this.peerLength = new Uint32Array(buffer, layout.peerLengthAtByte, 1);
  }

  /**
   * Main thread. The client thread will serve the client of this descriptor, once it has been
   * woken.
   * @throws Error unless the mailbox is empty
   */
  lend(fd: number, connection: number): void {
    this.#require(mailboxState.empty);
    this.#words[layout.descriptor] = fd;
    this.#words[layout.connection] = connection;
    this.#words[layout.inputShut] = 0;
    this.#floats.fill(0);
    this.#floats[layout.lentAtMs] = monotonicMs();
    Atomics.store(this.#words, layout.state, mailboxState.lent);
  }

  /**
   * Main thread, after lend(): a call of its own, so that main lends to several threads before the
   * first one runs.
   * @returns whether the thread waited
   */
  wake(): boolean {
    return this.#state.wake();
  }

  /**
   * Main thread. The client thread ends its task instead of waiting for another client. A client
   * that is lent is served first.
   */
  retire(): void {
    Atomics.store(this.#words, layout.retiring, 1);
    Atomics.compareExchange(this.#words, layout.state, mailboxState.empty, mailboxState.retired);
    this.#state.wake();
  }

  /**
   * Client thread. Blocks until there is something to {@link take}, but not longer than `ms`
   * milliseconds, less than a thousand.
   * @returns whether there is
   */
  waitBriefly(ms: number): boolean {
    return (
      Atomics.load(this.#words, layout.retiring) === 1 ||
      this.#state.waitBrieflyWhile(mailboxState.empty, ms)
    );
  }

  /** Client thread. Blocks until there is a client; returns undefined when there will be none. */
  take(): { readonly fd: number; readonly connection: number } | undefined {
    // Either this thread sees `retiring`, or main has changed the state before this thread waits.
    if (Atomics.load(this.#words, layout.retiring) === 0) this.#state.waitWhile(mailboxState.empty);
    if (Atomics.load(this.#words, layout.state) !== mailboxState.lent) return undefined;
    this.#floats[layout.wokenAtMs] = monotonicMs();
    return {
      fd: this.#words[layout.descriptor] ?? -1,
      connection: this.#words[layout.connection] ?? -1,
    };
  }

  /** Main thread, before it ends the input of the client that is lent. */
  noteInputShut(): void {
    Atomics.store(this.#words, layout.inputShut, 1);
  }

  get isInputShut(): boolean {
    return Atomics.load(this.#words, layout.inputShut) === 1;
  }

  /**
   * Client thread. The client is served; the thread does not use its descriptor any more.
   * @throws Error unless a client is in the mailbox
   */
  settle(reason: EndReason): void {
    this.#require(mailboxState.lent);
    this.#words[layout.reason] = END_REASONS.indexOf(reason);
    Atomics.store(this.#words, layout.state, mailboxState.empty);
  }

  /**
   * Client thread, which has been lent a listener. It has accepted a client, whose descriptor main is
   * to close.
   * @param waits until main has entered the client into what clients share: see {@link untilEntered}
   */
  report({ fd, connection, acceptedAtMs, backlogMs }: Report, waits: boolean): void {
    this.#require(mailboxState.lent);
    this.#words[layout.descriptor] = fd;
    this.#words[layout.connection] = connection;
    this.#words[layout.inputShut] = 0;
    this.#floats.fill(0);
    this.#floats[layout.lentAtMs] = acceptedAtMs;
    this.#floats[layout.backlogMs] = backlogMs ?? NaN;
    this.#floats[layout.wokenAtMs] = monotonicMs();
    const state = waits ? mailboxState.reported : mailboxState.accepted;
    Atomics.store(this.#words, layout.state, state);
  }

  /** Main thread. The client that the thread has accepted and main has not closed yet. */
  get reported(): Report | undefined {
    if (Atomics.load(this.#words, layout.state) < mailboxState.reported) return undefined;
    const backlogMs = this.#floats[layout.backlogMs] ?? NaN;
    return {
      fd: this.#words[layout.descriptor] ?? -1,
      connection: this.#words[layout.connection] ?? -1,
      acceptedAtMs: this.lentAtMs,
      backlogMs: Number.isNaN(backlogMs) ? undefined : backlogMs,
    };
  }

  /** Main thread. A thread that waits for it may serve the client that it has reported. */
  noteEntered(): void {
    const { reported, accepted } = mailboxState;
    Atomics.compareExchange(this.#words, layout.state, reported, accepted);
    this.#state.wake();
  }

  /**
   * Client thread. Blocks until main has entered the client that it has reported.
   * @returns whether that has succeeded; otherwise main has closed its descriptor
   */
  untilEntered(): boolean {
    this.#state.waitWhile(mailboxState.reported);
    return Atomics.load(this.#words, layout.state) === mailboxState.accepted;
  }

  /** Client thread. The client that it has accepted is served. */
  settleReported(reason: EndReason): void {
    this.#require(mailboxState.accepted);
    this.#words[layout.reason] = END_REASONS.indexOf(reason);
    Atomics.store(this.#words, layout.state, mailboxState.served);
  }

  /** Client thread. Blocks until main has closed the client that was served. */
  untilClosed(): void {
    this.#state.waitWhile(mailboxState.served);
  }

  /**
   * Main thread, which has closed the client that the thread reported.
   * @param listener undefined: the thread accepts no other client
   */
  lendAgain(listener: number | undefined): void {
    if (listener !== undefined) this.#words[layout.descriptor] = listener;
    const next = listener === undefined ? mailboxState.empty : mailboxState.lent;
    Atomics.store(this.#words, layout.state, next);
    this.#state.wake();
  }

  /** Client thread. The listener that it was lent has been shut down. */
  giveListenerBack(): void {
    this.#require(mailboxState.lent);
    Atomics.store(this.#words, layout.state, mailboxState.empty);
  }

  /** Client thread, which has been lent a listener. Sleeps so many milliseconds, less than a thousand. */
  pause(ms: number): void {
    this.#state.waitBrieflyWhile(mailboxState.lent, ms);
  }

  /** Main thread. The descriptor that was lent last. */
  get descriptor(): number {
    return this.#words[layout.descriptor] ?? -1;
  }

  /** The thread that has taken its client, where that is not always the same one; 0: none yet. */
  get thread(): number {
    return Atomics.load(this.#words, layout.thread);
  }

  set thread(thread: number) {
    Atomics.store(this.#words, layout.thread, thread);
  }

  /** Main thread. Whether no client is in the mailbox, so that one lent before has been served. */
  get isEmpty(): boolean {
    const state = Atomics.load(this.#words, layout.state);
    return state === mailboxState.empty || state === mailboxState.served;
  }

  /** Main thread, once the mailbox is empty again. */
  get reason(): EndReason {
    return END_REASONS[this.#words[layout.reason] ?? 0] ?? 'error';
  }

  get bytesIn(): number {
    return this.#floats[layout.bytesIn] ?? 0;
  }

  set bytesIn(bytes: number) {
    this.#floats[layout.bytesIn] = bytes;
  }

  get bytesOut(): number {
    return this.#floats[layout.bytesOut] ?? 0;
  }

  set bytesOut(bytes: number) {
    this.#floats[layout.bytesOut] = bytes;
  }

  /** When main lent the descriptor, by the monotonic clock. */
  get lentAtMs(): number {
    return this.#floats[layout.lentAtMs] ?? 0;
  }

  /** When the client thread ran again, having found this client; 0 before that. */
  get wokenAtMs(): number {
    return this.#floats[layout.wokenAtMs] ?? 0;
  }

  /** When the handler began, on the client thread; 0 before that. */
  get startedAtMs(): number {
    return this.#floats[layout.startedAtMs] ?? 0;
  }

  set startedAtMs(ms: number) {
    this.#floats[layout.startedAtMs] = ms;
  }

  /** How long the thread has run for this client; written when it settles. */
  get computedMs(): number {
    return this.#floats[layout.computedMs] ?? 0;
  }

  set computedMs(ms: number) {
    this.#floats[layout.computedMs] = ms;
  }

  /** How long it was ready to run for this client and had no core. */
  get coreWaitMs(): number {
    return this.#floats[layout.coreWaitMs] ?? 0;
  }

  set coreWaitMs(ms: number) {
    this.#floats[layout.coreWaitMs] = ms;
  }

  /** How long the thread had run when it took this client, and had waited for a core. */
  get ranBeforeMs(): number {
    return this.#floats[layout.ranBeforeMs] ?? 0;
  }

  set ranBeforeMs(ms: number) {
    this.#floats[layout.ranBeforeMs] = ms;
  }

  get waitedBeforeMs(): number {
    return this.#floats[layout.waitedBeforeMs] ?? 0;
  }

  set waitedBeforeMs(ms: number) {
    this.#floats[layout.waitedBeforeMs] = ms;
  }

  /** How long its calls waited until main took them. */
  get loopWaitMs(): number {
    return this.#floats[layout.loopWaitMs] ?? 0;
  }

  set loopWaitMs(ms: number) {
    this.#floats[layout.loopWaitMs] = ms;
  }

  #require(expected: number): void {
    const state = Atomics.load(this.#words, layout.state);
    if (state !== expected)
      throw new Error(`mailbox in state ${state} where ${expected} was expected`);
  }
}
