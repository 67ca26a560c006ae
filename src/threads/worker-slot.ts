/**
 * A client thread and its place for one client: mailbox, call slot, and what main sees of the
 * client's time. Main thread. pool-slot.ts has what all threads have; client-threads.ts assigns
 * clients.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ServedClient } from '../serving/served-client.js';
import type { State, TimesSoFar } from '../serving/views.js';
import { performCall, SyncCallSlot } from './calls.js';
import { Mailbox } from './mailbox.js';
import { PoolSlot } from './pool-slot.js';
import { runTimesOf, threadStateOf } from './thread-state.js';

export class WorkerSlot extends PoolSlot {
  readonly mailbox = new Mailbox();
  /** Where net.Sockets go to its thread, with `--handoff transfer`. */
  readonly sockets: MessagePort | undefined;
  /** For the client's calls of what the clients share; undefined where they share nothing. */
  readonly calls: SyncCallSlot | undefined;
  /** From the moment main lends the client's descriptor until main has closed it. */
  client: ServedClient | undefined;

  /** When main chose the slot for its client and had made what the thread gets; 0 if not noted. */
  chosenAtMs = 0;
  wrappedAtMs = 0;

  constructor(index: number, shares: boolean, sockets?: MessagePort) {
    super(index);
    if (shares) this.calls = new SyncCallSlot();
    this.sockets = sockets;
  }

  get lossFields(): object {
    return { connection: this.client?.id };
  }

  retire(): void {
    this.mailbox.retire();
  }

  closeCalls(): void {
    this.calls?.close();
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
    return this.thread !== undefined && this.mailbox.isEmpty;
  }

  /** Whether a thread has begun with its client. */
  get isTaken(): boolean {
    return this.mailbox.wokenAtMs > 0;
  }

  /** What its thread does at this moment. */
  get state(): State {
    if (this.thread === undefined) return 'starting';
    if (!this.client || this.isSettled) return 'free';
    return this.calls?.isAsked ? 'call' : threadStateOf(this.kernelThread);
  }

  /** Where its client's time has gone, while the client is served. */
  get timesSoFar(): TimesSoFar {
    const { startedAtMs, ranBeforeMs, waitedBeforeMs } = this.mailbox;
    // Before the handler begins, the thread has not noted what it did for others.
    if (startedAtMs === 0) return {};
    const times = ranBeforeMs > 0 ? runTimesOf(this.kernelThread) : undefined;
    return {
      ...(times && {
        computedMs: Math.max(0, times.ranMs - ranBeforeMs),
        coreWaitMs: Math.max(0, times.waitedMs - waitedBeforeMs),
      }),
      ...(this.calls && { loopWaitMs: this.calls.waitedMs }),
    };
  }
}
