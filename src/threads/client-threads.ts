/**
 * The clients of the thread-per-client server: who gets which thread, and what becomes of the descriptor. Main thread.
 *
 * Each client thread has a seat, a place for one client at a time; mailbox.ts is how main and the thread meet there.
 *
 *     starting ──ready──► free ──serve()──► taken ──served──► free
 *         └──── serve(): taken before its thread is up ────┘
 *
 * Admission happens in server/acceptor.ts, which is asked for the next client when available() says so.
 * Read thread-pool.ts next: how the threads start, die and are replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Serving } from '../admin/snapshot.js';
import type { Accepted } from '../server/acceptor.js';
import { closedLine } from '../serving/closed-line.js';
import { peerOf } from '../connection/endpoint.js';
import { Loan } from './lease.js';
import type { Clients, Host } from '../serving/host.js';
import type { Seat } from './worker-slot.js';
import { SeatedClient } from './seated-client.js';
import { Seats } from './thread-pool.js';
import { describeSeats } from './views.js';
import type { EndReason } from '../services/conversation.js';
import { loadService } from '../services/load.js';

/** How long a start that fails waits for the threads that did start. */
const LONGEST_CLOSE_MS = 3000;

export class ClientThreads implements Clients {
  readonly #host: Host;
  readonly #seats: Seats;
  /** The seats with a client. */
  readonly #taken = new Set<Seat>();
  /** Last in, first out: the thread that has just served has warm caches. */
  readonly #free: Seat[] = [];
  #stopping = false;
  #closing = false;
  #closed: Promise<void> | undefined;
  #onAvailable: (() => void) | undefined;
  #onNone: (() => void)[] = [];

  /**
   * Starts `host.threads.warm` threads and waits until they are up.
   * @throws StartError when a thread cannot be started
   */
  static async start(host: Host): Promise<ClientThreads> {
    // A module that does not load should say so here, once, and not in every thread.
    await loadService(host.service.module);
    const threads = new ClientThreads(host);
    try {
      await threads.#seats.warmUp(host.threads.warm);
    } catch (error) {
      // Or the threads that did start would keep the process alive. One that hangs in its start never ends.
      const over = new AbortController();
      const longest = sleep(LONGEST_CLOSE_MS, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([threads.close(), longest]);
      over.abort();
      throw error;
    }
    return threads;
  }

  private constructor(host: Host) {
    this.#host = host;
    this.#seats = new Seats(host, {
      ready: (seat) => {
        if (seat.isSettled) this.#settle(seat);
      },
      bell: () => this.#answerBell(),
      lost: (seat) => {
        const place = this.#free.indexOf(seat);
        if (place !== -1) this.#free.splice(place, 1);
        this.#end(seat, 'thread lost');
      },
      replaced: () => this.#onAvailable?.(),
    });
  }

  /** Resolves when {@link serve} may be called: a thread is free, or another one may be started. */
  async available(): Promise<void> {
    while (this.#free.length === 0 && !this.#seats.hasRoom && !this.#closing) {
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
    }
  }

  /** Lends the client to a thread. Resolves when it is served and its descriptor closed; never rejects. */
  serve(accepted: Accepted): Promise<void> {
    return new Promise((served) => {
      const loan = this.#lend(accepted);
      if (!loan) {
        served();
        return;
      }
      const seat = this.#free.pop() ?? this.#seats.add();
      seat.client = new SeatedClient(accepted, loan, this.#host.shared, served);
      this.#taken.add(seat);
      seat.mailbox.deliver(loan.fd, accepted.id);
      // A client that was on its way from the acceptor when the server began to stop.
      if (this.#stopping) this.endInput();
    });
  }

  /** A socket that cannot be lent ends its own client, and says why. */
  #lend({ id, socket, acceptedAtMs }: Accepted): Loan | undefined {
    try {
      return new Loan(socket);
    } catch (error) {
      this.#host.log.error({ connection: id, err: error }, 'cannot lend');
      const client = { connection: id, peer: peerOf(socket), acceptedAtMs };
      socket.destroy();
      const never = { thread: undefined, startedAtMs: 0, bytesIn: 0, bytesOut: 0 };
      closedLine(this.#host, { ...client, reason: 'error', ...never });
      return undefined;
    }
  }

  #answerBell(): void {
    for (const seat of this.#taken) {
      if (seat.isSettled) this.#settle(seat);
      else void seat.answerCall();
    }
  }

  /** The thread is through with its client, if it has had one, and free for the next. */
  #settle(seat: Seat): void {
    this.#end(seat, seat.mailbox.reason);
    this.#free.push(seat);
    this.#onAvailable?.();
  }

  /** Main has the descriptor back, closes it and writes the client's line. */
  #end(seat: Seat, reason: EndReason | 'thread lost'): void {
    const { client, mailbox } = seat;
    if (!client) return;
    seat.client = undefined;
    this.#taken.delete(seat);
    const peer = this.#host.clientLog.isLevelEnabled('info') ? peerOf(client.accepted.socket) : '';
    const why = client.end(reason);
    closedLine(this.#host, {
      connection: client.accepted.id,
      thread: seat.thread,
      peer,
      reason: why,
      acceptedAtMs: client.accepted.acceptedAtMs,
      startedAtMs: mailbox.startedAtMs,
      bytesIn: mailbox.bytesIn,
      bytesOut: mailbox.bytesOut + client.deliveredBytes,
    });
    client.noteServed();
    if (this.#taken.size === 0) for (const none of this.#onNone.splice(0)) none();
  }

  get count(): number {
    return this.#taken.size;
  }

  describe(most: number): Serving {
    const free = [...this.#seats].filter((seat) => !this.#taken.has(seat));
    return describeSeats([...this.#taken, ...free], most);
  }

  endInput(): void {
    this.#stopping = true;
    this.#seats.stopReplacing();
    for (const client of this.#served()) client.endInput('stopped');
  }

  breakOff(): void {
    for (const client of this.#served()) client.breakOff('stopped');
  }

  /** Without those whose threads are through with them, and main has not heard of it: they have ended by themselves. */
  *#served(): Iterable<SeatedClient> {
    for (const { client, mailbox } of this.#taken) if (client && !mailbox.isEmpty) yield client;
  }

  whenNone(): Promise<void> {
    return this.#taken.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => void this.#onNone.push(resolve));
  }

  /** Ends all clients and threads. Descriptors are shut down first, so that no thread blocks. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stopping = true;
    this.#closing = true;
    this.#onAvailable?.();
    this.breakOff();
    await this.#seats.close();
    // Only now is it certain that no thread uses a lent descriptor any more.
    for (const seat of this.#taken) this.#end(seat, seat.mailbox.isEmpty ? seat.mailbox.reason : 'stopped');
  }
}
