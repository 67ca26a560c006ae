/**
 * A client thread and its place for one client: mailbox, call slot, and what main knows of the
 * thread. Main thread. thread-pool.ts makes slots and replaces dead threads; client-threads.ts
 * assigns clients.
 */
import type { ServedClient } from '../serving/served-client.js';
import type { State, TimesSoFar } from '../serving/views.js';
import { performCall, SyncCallSlot } from './calls.js';
import { Mailbox } from './mailbox.js';
import { runTimesOf, threadStateOf } from './thread-state.js';

/** Why main ends a thread, for the log. */
export interface Ending {
  readonly cause: string;
  readonly computedMs: number;
}

export class WorkerSlot {
  readonly index: number;
  readonly mailbox = new Mailbox();
  /** For the client's calls of what the clients share; undefined where they share nothing. */
  readonly calls: SyncCallSlot | undefined;
  /** From the moment main lends the client's descriptor until main has closed it. */
  client: ServedClient | undefined;
  /** Resolves when the thread is up, rejects if it dies before. */
  readonly ready: Promise<void>;
  #thread: number | undefined;
  #ending: Ending | undefined;
  #kernelThread: string | undefined;
  #onReady = (): void => undefined;
  #onLost: (error: Error) => void = () => undefined;

  constructor(index: number, shares: boolean) {
    this.index = index;
    if (shares) this.calls = new SyncCallSlot();
    this.ready = new Promise<void>((resolve, reject) => {
      this.#onReady = resolve;
      this.#onLost = reject;
    });
    // Only a start or a stop of the server waits for it. At other times the pool logs a failed
    // start itself.
    this.ready.catch(() => undefined);
  }

  /** The id of the worker thread; undefined until the thread has said that it is up. */
  get thread(): number | undefined {
    return this.#thread;
  }

  /** @param kernelThread where /proc shows its state, if the thread knows that */
  noteReady(thread: number, kernelThread: string | undefined): void {
    this.#thread = thread;
    this.#kernelThread = kernelThread;
    this.#onReady();
  }

  /** Main ends its thread, which serves no other client. */
  noteEnding(ending: Ending): void {
    this.#ending = ending;
  }

  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** Why main has ended its thread, if it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** The thread's id in the kernel; undefined if it is not up, or without /proc. */
  get tid(): number | undefined {
    return Number(this.#kernelThread?.split('/').at(-1)) || undefined;
  }

  noteLost(error: Error): void {
    this.#onLost(error);
  }

  /** Makes the call that its thread waits for, if there is one. Never rejects. */
  async answerCall(): Promise<void> {
    const session = this.client?.session;
    const call = session && this.calls?.take();
    if (call) this.calls?.answer(await performCall(session, call));
  }

  /**
   * Whether the thread has served the client. False until the thread has said that it is up, though
   * it may have served its first client by then: so a slot is freed once, by whichever message
   * comes last.
   */
  get isSettled(): boolean {
    return this.#thread !== undefined && this.mailbox.isEmpty;
  }

  /** Whether a thread has begun with its client. */
  get isTaken(): boolean {
    return this.mailbox.wokenAtMs > 0;
  }

  /** What its thread does at this moment. */
  get state(): State {
    if (this.#thread === undefined) return 'starting';
    if (!this.client || this.isSettled) return 'free';
    return this.calls?.isAsked ? 'call' : threadStateOf(this.#kernelThread);
  }

  /** Where its client's time has gone, while the client is served. */
  get timesSoFar(): TimesSoFar {
    const { startedAtMs, ranBeforeMs, waitedBeforeMs } = this.mailbox;
    // Before the handler begins, the thread has not noted what it did for others.
    if (startedAtMs === 0) return {};
    const times = ranBeforeMs > 0 ? runTimesOf(this.#kernelThread) : undefined;
    return {
      ...(times && {
        computedMs: Math.max(0, times.ranMs - ranBeforeMs),
        coreWaitMs: Math.max(0, times.waitedMs - waitedBeforeMs),
      }),
      ...(this.calls && { loopWaitMs: this.calls.waitedMs }),
    };
  }
}
