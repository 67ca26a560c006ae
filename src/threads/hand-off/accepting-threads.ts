/**
 * Threads that accept their clients themselves, as main sees them: `--handoff share` and
 * `reuse-port`. Main thread. share.ts has the picture; accepted-clients.ts is what a thread does.
 *
 *     starting ──ready──► has a listener ──report──► has a client ──served──► has a listener
 *
 * Main enters each reported client, logs it, closes its descriptor, and lends the listener again. A
 * thread that dies with a client that main has not seen has left it in its mailbox.
 */
import { settledWithin } from '../../base/settled-within.js';
import type { Admission, Host } from '../../serving/host.js';
import { ServedClient } from '../../serving/served-client.js';
import { ClientThreadKind } from '../client-thread-kind.js';
import { DescriptorLease } from '../lease.js';
import { LeasedSocket } from '../leased-socket.js';
import type { Ending } from '../pool-slot.js';
import { SlotClients } from '../slot-clients.js';
import { ThreadPool } from '../thread-pool.js';
import type { WorkerSlot } from '../worker-slot.js';
import { PortListeners } from './reuse-port.js';
import { SharedListener, type ThreadListeners } from './share.js';

/** How long a stop waits for the threads to come back from accept4(2), which takes microseconds. */
const MOST_RETURN_MS = 1000;
const MOST_CLOSE_MS = 3000;

const nothing = (): void => undefined;

export class AcceptingThreads extends SlotClients {
  readonly listening: ThreadListeners;
  readonly #pool: ThreadPool<WorkerSlot>;
  #admission: Admission | undefined;
  /** Slots whose threads have been lent a listener and have not given it back. */
  readonly #lent = new Set<WorkerSlot>();
  #onReturned = nothing;

  /**
   * Starts all threads and waits until they are up.
   * @throws StartError when the service cannot be loaded or a thread cannot be started
   */
  static async start(host: Host): Promise<AcceptingThreads> {
    const threads = new AcceptingThreads(host);
    try {
      await threads.#pool.warmUp(host.threads.most);
    } catch (error) {
      await settledWithin(threads.close(), MOST_CLOSE_MS);
      throw error;
    }
    return threads;
  }

  private constructor(host: Host) {
    super(host);
    const { most, handOff } = host.threads;
    const onReset = (connections: number) => host.log.warn({ connections }, 'connections reset');
    this.listening =
      handOff === 'share' ? new SharedListener(onReset) : new PortListeners(most, onReset);
    const kind = new ClientThreadKind(host, (slot) => this.#onRung(slot));
    this.#pool = new ThreadPool(host, kind, {
      onReady: (slot) => this.#lend(slot),
      onLost: (slot) => this.#onLost(slot),
      onNotStarted: nothing,
      onRoom: () => this.#startMissing(),
    });
  }

  /** The threads accept from now on. */
  acceptFor(admission: Admission): void {
    this.#admission = admission;
    for (const slot of this.#pool) if (slot.thread !== undefined) this.#lend(slot);
  }

  #lend(slot: WorkerSlot): void {
    const listener = this.#admission && this.listening.fdFor(slot.index);
    if (listener === undefined || this.#lent.has(slot)) return;
    this.#lent.add(slot);
    slot.mailbox.lend(listener, 0);
    slot.mailbox.wake();
  }

  #onRung(slot: WorkerSlot): void {
    const { mailbox } = slot;
    this.#enter(slot);
    // The end of its thread ends its client. But it may wait for main.
    if (slot.isEnding) {
      if (mailbox.isEmpty) mailbox.lendAgain(undefined);
    } else if (!mailbox.isEmpty) void slot.answerCall();
    else if (mailbox.reported) this.#settle(slot);
    else this.#noteReturned(slot);
  }

  /** The client that the slot's thread has reported, if main has not entered it yet. */
  #enter(slot: WorkerSlot): void {
    const report = slot.client ? undefined : slot.mailbox.reported;
    if (!report || !this.#admission) return;
    const { fd, connection: id, acceptedAtMs, backlogMs } = report;
    const accepted = this.#admission.noteAccepted(
      { id, acceptedAtMs, backlogMs },
      fd,
      slot.mailbox.peer.slice(0, slot.mailbox.peerLength[0]),
    );
    const lease = new DescriptorLease(accepted.socket);
    const socket = new LeasedSocket(accepted.socket, lease, this.host.outputLimit);
    socket.reportedIn(slot.mailbox);
    const client = ServedClient.enter(this.host, accepted, socket);
    if (client) {
      this.take(slot, client, nothing);
      slot.mailbox.noteEntered();
      // The stop has begun while the client was on its way.
    } else slot.mailbox.lendAgain(this.listening.fdFor(slot.index));
  }

  /** Its thread has served the client that it had reported. */
  #settle(slot: WorkerSlot): void {
    const { client, mailbox } = slot;
    if (client) this.stages?.recordReported(client.acceptedAtMs, mailbox);
    this.end(slot, mailbox.reason);
    const listener = this.listening.fdFor(slot.index);
    mailbox.lendAgain(listener);
    if (listener === undefined) this.#noteReturned(slot);
  }

  #onLost(slot: WorkerSlot): void {
    this.#enter(slot);
    this.end(slot, 'thread lost');
    this.listening.release(slot.index);
    this.#noteReturned(slot);
  }

  #noteReturned(slot: WorkerSlot): void {
    this.#lent.delete(slot);
    if (this.#lent.size === 0) this.#onReturned();
  }

  /** Main starts no threads on demand here, so it now starts those that could not start before. */
  #startMissing(): void {
    try {
      while (this.#admission && !this.isClosing && this.#pool.hasRoom) this.#pool.add();
    } catch {
      // The pool has logged it, and says when it has room again.
    }
  }

  protected get slots(): Iterable<WorkerSlot> {
    return this.#pool;
  }

  protected endThread(slot: WorkerSlot, ending: Ending): void {
    this.#pool.end(slot, ending);
  }

  protected stopStarting(): void {
    this.#pool.stopReplacing();
  }

  protected async endThreads(): Promise<void> {
    this.listening.close();
    // A thread that is ended between accept4(2) and its report would leave the descriptor open.
    const returned = new Promise<void>((resolve) => (this.#onReturned = resolve));
    if (this.#lent.size > 0) await settledWithin(returned, MOST_RETURN_MS);
    await this.#pool.close();
    this.listening.end();
  }
}
