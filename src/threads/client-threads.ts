/**
 * Assigns clients to threads and returns their descriptors, for the thread-per-client model. Main
 * thread.
 *
 *     starting ──ready──► free ──serve()──► taken ──doorbell──► free
 *         └──── serve(): taken before its thread is up ────┘
 *
 * Admission happens in server/acceptor.ts: the model asks the acceptor for a client when
 * available() resolves. Read thread-pool.ts next: how threads start, die and are replaced.
 */
import { toMicroseconds } from '../base/clock.js';
import { settledWithin } from '../base/settled-within.js';
import type { EndReason } from '../connection/end-reason.js';
import { closedLine } from '../serving/closed-line.js';
import type { Accepted, Admission, Clients, Host } from '../serving/host.js';
import { ServedClient } from '../serving/served-client.js';
import { ServedClients } from '../serving/served-clients.js';
import type { Serving } from '../serving/views.js';
import { ClientThreadKind } from './client-thread-kind.js';
import { HandOffStages } from './hand-off-stages.js';
import { DescriptorLease } from './lease.js';
import { LeasedSocket } from './leased-socket.js';
import type { Mailbox } from './mailbox.js';
import { TaskWatch, type EndCause } from './task-watch.js';
import { ThreadPool } from './thread-pool.js';
import { describeSlots } from './views.js';
import type { WorkerSlot } from './worker-slot.js';

/** How long a failed start waits for the threads that did start to end. */
const MOST_CLOSE_MS = 3000;

export class ClientThreads implements Clients {
  readonly #host: Host;
  readonly #pool: ThreadPool<WorkerSlot>;
  readonly #clients = new ServedClients();
  readonly #stages = new HandOffStages();
  /** The slots with a client, and what resolves their serve(). */
  readonly #taken = new Map<WorkerSlot, () => void>();
  readonly #watch: TaskWatch;
  /** Last in, first out: the thread that has just served has warm caches. */
  readonly #free: WorkerSlot[] = [];
  /** Lent mailboxes whose threads have not been woken yet. */
  readonly #toWake: Mailbox[] = [];
  #closing: Promise<void> | undefined;
  #onAvailable: (() => void) | undefined;
  #admission: Pick<Admission, 'giveBack'> | undefined;

  /**
   * Starts `host.threads.warm` threads and waits until they are up.
   * @throws StartError when the service cannot be loaded or a thread cannot be started
   */
  static async start(host: Host): Promise<ClientThreads> {
    const threads = new ClientThreads(host);
    try {
      await threads.#pool.warmUp(host.threads.warm);
    } catch (error) {
      // The threads that did start would keep the process alive. A thread that hangs in its start
      // never ends.
      await settledWithin(threads.close(), MOST_CLOSE_MS);
      throw error;
    }
    return threads;
  }

  private constructor(host: Host) {
    this.#host = host;
    this.#watch = new TaskWatch(
      host.threads.taskLimitMs ?? 0,
      { [Symbol.iterator]: () => this.#taken.keys() },
      (slot, cause, computedMs) => this.#endThread(slot, cause, computedMs),
    );
    const kind = new ClientThreadKind(host, (slot) => {
      // The end of its thread ends its client.
      if (slot.isEnding) return;
      if (!slot.isSettled) void slot.answerCall();
      else if (this.#taken.has(slot)) this.#settle(slot);
    });
    this.#pool = new ThreadPool(host, kind, {
      onReady: (slot) => {
        if (slot.isSettled) this.#settle(slot);
      },
      onLost: (slot) => {
        const place = this.#free.indexOf(slot);
        if (place !== -1) this.#free.splice(place, 1);
        this.#end(slot, 'thread lost');
      },
      onNotStarted: (slot) => this.#giveBack(slot),
      onRoom: () => this.#onAvailable?.(),
    });
  }

  /** Resolves when {@link serve} may be called: a thread is free, or another one may be started. */
  async available(): Promise<void> {
    while (this.#free.length === 0 && !this.#pool.hasRoom && !this.#closing) {
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
    }
  }

  /** Gets back the clients that no thread can serve now. */
  givesBackTo(admission: Pick<Admission, 'giveBack'>): void {
    this.#admission = admission;
  }

  /**
   * Lends the client to a thread. Resolves when the client is served and its descriptor closed, or
   * given back; never rejects.
   */
  serve(accepted: Accepted): Promise<void> {
    const slot = this.#slotFor(accepted);
    if (!slot) return Promise.resolve();
    const socket = this.#lease(accepted);
    const client = socket && ServedClient.enter(this.#host, accepted, socket);
    if (!client) {
      // One that is starting becomes free when it is up.
      if (slot.thread !== undefined) this.#free.push(slot);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      slot.client = client;
      this.#taken.set(slot, resolve);
      socket.lendTo(slot.mailbox, accepted.id);
      this.#wakeAfterBatch(slot.mailbox);
      this.#clients.add(client);
      this.#watch.wake();
    });
  }

  /** Its client is disconnected at once, and has its `closed` line when the thread has ended. */
  #endThread(slot: WorkerSlot, cause: EndCause, computedMs: number): void {
    slot.client?.abort(cause === 'client left' ? 'reset' : cause);
    this.#pool.end(slot, { cause, computedMs: toMicroseconds(computedMs) });
  }

  /** Undefined if no thread is free and none can start: the client has then been given back. */
  #slotFor(accepted: Accepted): WorkerSlot | undefined {
    const free = this.#free.pop();
    if (free) return free;
    try {
      if (this.#pool.hasRoom) return this.#pool.add();
    } catch {
      // The pool has logged it, and says when it has room again.
    }
    this.#admission?.giveBack(accepted);
    return undefined;
  }

  /** The slot's thread did not start, so nothing was done for its client. */
  #giveBack(slot: WorkerSlot): void {
    const { client } = slot;
    if (!client) return;
    const onServed = this.#taken.get(slot);
    slot.client = undefined;
    this.#taken.delete(slot);
    const accepted = client.withdraw();
    this.#clients.delete(client);
    this.#admission?.giveBack(accepted);
    onServed?.();
  }

  /**
   * Wakes threads after the whole batch of connections has been lent: a woken thread takes the
   * processor from main. The model lends a batch in one run of microtasks, and the next tick
   * follows it.
   */
  #wakeAfterBatch(mailbox: Mailbox): void {
    if (this.#toWake.push(mailbox) > 1) return;
    process.nextTick(() => {
      for (const lent of this.#toWake.splice(0)) lent.wake();
    });
  }

  /** A socket that cannot be lent ends its own client, with an error in the log. */
  #lease(accepted: Accepted): LeasedSocket | undefined {
    const { id, socket } = accepted;
    try {
      return new LeasedSocket(socket, new DescriptorLease(socket), this.#host.outputLimit);
    } catch (error) {
      this.#host.log.error({ connection: id, err: error }, 'cannot lend');
      const { peer } = socket;
      socket.close();
      const unserved = { thread: undefined, bytesIn: 0, bytesOut: 0 };
      closedLine(this.#host, { accepted, peer, reason: 'error', ...unserved });
      return undefined;
    }
  }

  /** The thread has served its client, if it had one, and is free for the next. */
  #settle(slot: WorkerSlot): void {
    const { client, mailbox } = slot;
    if (client) this.#stages.record(client.acceptedAtMs, mailbox);
    this.#end(slot, mailbox.reason);
    this.#free.push(slot);
    this.#onAvailable?.();
  }

  /** The thread does not use the descriptor any more: main closes it. */
  #end(slot: WorkerSlot, reason: EndReason | 'thread lost'): void {
    const { client } = slot;
    if (!client) return;
    const onServed = this.#taken.get(slot);
    slot.client = undefined;
    this.#taken.delete(slot);
    try {
      client.end(reason, slot.thread);
    } finally {
      this.#clients.delete(client);
      onServed?.();
    }
  }

  get count(): number {
    return this.#taken.size;
  }

  get bytes(): Clients['bytes'] {
    return this.#clients.bytes;
  }

  describe(most: number): Serving {
    const free = [...this.#pool].filter((slot) => !this.#taken.has(slot));
    const slots = describeSlots([...this.#taken.keys(), ...free], most);
    return { ...slots, handOff: this.#stages.describe() };
  }

  shutdownRead(): void {
    this.#pool.stopReplacing();
    this.#clients.shutdownRead();
  }

  abort(): void {
    this.#clients.abort();
  }

  whenNone(): Promise<void> {
    return this.#clients.whenNone();
  }

  /**
   * Ends all clients and threads. Descriptors are shut down first, so that no thread blocks. Never
   * rejects.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#onAvailable?.();
    this.#watch.stop();
    this.abort();
    await this.#pool.close();
    // Now no thread uses a leased descriptor any more.
    for (const slot of this.#taken.keys())
      this.#end(slot, slot.mailbox.isEmpty ? slot.mailbox.reason : 'stopped');
  }
}
