/**
 * A place for one client at a time: a mailbox, and the thread that serves what is put into it. Main thread.
 * thread-pool.ts starts and replaces their threads, client-threads.ts fills and empties them; here is what belongs to one.
 */
import type { State } from '../admin/snapshot.js';
import { doingOf } from './thread-state.js';
import { Mailbox } from './mailbox.js';
import type { SeatedClient } from './seated-client.js';
import { CallBox, performCall } from './calls.js';

export class Seat {
  readonly index: number;
  readonly mailbox = new Mailbox();
  /** For its client's calls of what the clients share, where they share anything. */
  readonly calls: CallBox | undefined;
  /** Taken from when main has put a client in until it has closed that client's descriptor. */
  client: SeatedClient | undefined;
  /** Resolves when the thread is up, rejects if it dies before. */
  readonly ready: Promise<void>;
  readonly #givingUp = new AbortController();
  #thread: number | undefined;
  #kernelThread: string | undefined;
  #onReady = (): void => undefined;
  #onLost: (error: Error) => void = () => undefined;

  constructor(index: number, shares: boolean) {
    this.index = index;
    if (shares) this.calls = new CallBox();
    this.ready = new Promise<void>((resolve, reject) => {
      this.#onReady = resolve;
      this.#onLost = reject;
    });
    // Only a start or a stop of the server waits for it; in between it is no news that a thread has not come up.
    this.ready.catch(() => undefined);
  }

  /** The id of the worker thread; undefined until main has heard that it is up. */
  get thread(): number | undefined {
    return this.#thread;
  }

  /** @param kernelThread its place below /proc, if it knows that */
  noteReady(thread: number, kernelThread: string | undefined): void {
    this.#thread = thread;
    this.#kernelThread = kernelThread;
    this.#onReady();
  }

  /** Takes the seat's task back from the pool's queue, whereupon the task fails. Not for a task that runs. */
  giveUp(error: Error): void {
    this.#givingUp.abort(error);
  }

  get givenUp(): AbortSignal {
    return this.#givingUp.signal;
  }

  noteLost(error: Error): void {
    this.#onLost(error);
  }

  /** Makes the call that its thread waits for, if it does. */
  async answerCall(): Promise<void> {
    const session = this.client?.session;
    const call = session && this.calls?.take();
    if (call) this.calls?.answer(await performCall(session, call));
  }

  /**
   * Whether the thread is through with the client. Not before main has heard that the thread is up, though it may have
   * served its first client by then: a seat is set free once, by whichever news comes last.
   */
  get isSettled(): boolean {
    return this.#thread !== undefined && this.mailbox.isEmpty;
  }

  /** What its thread does at this moment. */
  get state(): State {
    if (this.#thread === undefined) return 'starting';
    if (!this.client || this.isSettled) return 'free';
    return this.calls?.isAsked ? 'call' : doingOf(this.#kernelThread);
  }
}
