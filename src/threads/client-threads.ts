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
import { monotonicMs } from '../base/clock.js';
import { settledWithin } from '../base/settled-within.js';
import { closedLine } from '../serving/closed-line.js';
import type { Accepted, Admission, Host } from '../serving/host.js';
import { ServedClient } from '../serving/served-client.js';
import { ClientThreadKind } from './client-thread-kind.js';
import { loadLease, type MakeLease } from './hand-off/ways.js';
import { LeasedSocket } from './leased-socket.js';
import type { Mailbox } from './mailbox.js';
import type { Ending } from './pool-slot.js';
import { SlotClients } from './slot-clients.js';
import { ThreadPool } from './thread-pool.js';
import type { WorkerSlot } from './worker-slot.js';

/** How long a failed start waits for the threads that did start to end. */
const MOST_CLOSE_MS = 3000;

export class ClientThreads extends SlotClients {
  readonly #makeLease: MakeLease;
  readonly #pool: ThreadPool<WorkerSlot>;
  /** Last in, first out: the thread that has just served has warm caches. */
  readonly #free: WorkerSlot[] = [];
  /** Lent mailboxes whose threads have not been woken yet. */
  readonly #toWake: Mailbox[] = [];
  #onAvailable: (() => void) | undefined;
  #admission: Pick<Admission, 'giveBack'> | undefined;

  /**
   * Starts `host.threads.warm` threads and waits until they are up.
   * @throws StartError when the service cannot be loaded or a thread cannot be started
   */
  static async start(host: Host): Promise<ClientThreads> {
    const threads = new ClientThreads(host, await loadLease(host.threads.handOff));
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

  private constructor(host: Host, makeLease: MakeLease) {
    super(host);
    this.#makeLease = makeLease;
    const kind = new ClientThreadKind(host, (slot) => {
      // The end of its thread ends its client.
      if (slot.isEnding) return;
      if (!slot.isSettled) void slot.answerCall();
      else if (this.isTaken(slot)) this.#settle(slot);
    });
    this.#pool = new ThreadPool(host, kind, {
      onReady: (slot) => {
        if (slot.isSettled) this.#settle(slot);
      },
      onLost: (slot) => {
        const place = this.#free.indexOf(slot);
        if (place !== -1) this.#free.splice(place, 1);
        this.end(slot, 'thread lost');
      },
      onNotStarted: (slot) => this.#giveBack(slot),
      onRoom: () => this.#onAvailable?.(),
    });
  }

  /** Resolves when {@link serve} may be called: a thread is free, or another one may be started. */
  async available(): Promise<void> {
    while (this.#free.length === 0 && !this.#pool.hasRoom && !this.isClosing) {
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
    if (this.stages) slot.chosenAtMs = monotonicMs();
    const socket = this.#lease(accepted);
    const client = socket && ServedClient.enter(this.host, accepted, socket);
    if (!client) {
      // One that is starting becomes free when it is up.
      if (slot.thread !== undefined) this.#free.push(slot);
      return Promise.resolve();
    }
    if (this.stages) slot.wrappedAtMs = monotonicMs();
    try {
      socket.giveTo(slot, accepted.id);
    } catch (error) {
      this.host.log.error({ connection: accepted.id, err: error }, 'cannot lend');
      client.end('error', undefined);
      if (slot.thread !== undefined) this.#free.push(slot);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.take(slot, client, resolve);
      this.#wakeAfterBatch(slot.mailbox);
    });
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
    this.withdraw(slot, (client) => this.#admission?.giveBack(client.withdraw()));
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
      return new LeasedSocket(socket, this.#makeLease(socket), this.host.outputLimit);
    } catch (error) {
      this.host.log.error({ connection: id, err: error }, 'cannot lend');
      const { peer } = socket;
      socket.close();
      const unserved = { thread: undefined, bytesIn: 0, bytesOut: 0 };
      closedLine(this.host, { accepted, peer, reason: 'error', ...unserved });
      return undefined;
    }
  }

  /** The thread has served its client, if it had one, and is free for the next. */
  #settle(slot: WorkerSlot): void {
    const { client, mailbox } = slot;
    if (client) this.stages?.record(client.acceptedAtMs, mailbox, slot);
    this.end(slot, mailbox.reason);
    this.#free.push(slot);
    this.#onAvailable?.();
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

  protected endThreads(): Promise<void> {
    this.#onAvailable?.();
    return this.#pool.close();
  }
}
