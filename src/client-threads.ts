/**
 * The client threads: a piscina pool in which each worker serves one client after the other, one at a time.
 * Main thread; what runs inside a thread is ../workers/serve-client.ts, and mailbox.ts is how the two meet.
 *
 * Each thread is one task of the pool, which ends with the server, and has one seat: a place for a client.
 *
 *     starting ──ready──► free ──serve()──► taken ──served──► free ── close() ──► retired
 *         └──── serve(): taken before its thread is up ────┘     any ── thread dies ──► lost, replaced
 *
 * The pool's own queue is never used: there is one task a seat, and a seat for each worker. Admission happens in
 * acceptor.ts, which is asked for the next client when available() says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Piscina } from 'piscina';
import type { FromThread, ThreadTask } from '../workers/serve-client.js';
import type { Serving } from './admin/snapshot.js';
import type { Accepted } from './acceptor.js';
import { closedLine } from './closed-line.js';
import { peerOf } from './connection/endpoint.js';
import { StartError } from './errors.js';
import { Loan } from './lend.js';
import { Bell } from './mailbox.js';
import type { Clients, Host } from './models/model.js';
import { Seat } from './seat.js';
import { SeatedClient } from './seated-client.js';
import { describeSeats } from './seats-view.js';
import type { EndReason } from './services/converse.js';
import { loadService } from './services/load.js';

/**
 * Above how many threads their memory matters more than how fast they start. With any non-default flag V8 passes
 * over Node's code cache, which holds much that a client thread never runs: with 100 threads 8.5 MB each instead of
 * 9.1, and 6 ms of processor time more to start. This flag also lets a thread collect its garbage from starting: 8.4 MB.
 */
const MANY_THREADS = 128;
const STACK_MB = 1;
const YOUNG_GENERATION_MB = 2;
/** How long to wait before replacing a thread that died before it was up: it would most likely die again. */
const RESTART_MS = 500;
/** On a stop, how long threads that are just starting are waited for. */
const LONGEST_START_MS = 2000;

export class ClientThreads implements Clients {
  readonly #host: Host;
  readonly #pool: Piscina;
  readonly #bell = new Bell();
  readonly #seats = new Map<number, Seat>();
  /** The seats with a client. */
  readonly #taken = new Set<Seat>();
  /** Last in, first out: the thread that has just served has warm caches. */
  readonly #free: Seat[] = [];
  #lastIndex = 0;
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
    if (host.threads.most > MANY_THREADS) setFlagsFromString('--expose-gc');
    const threads = new ClientThreads(host);
    try {
      await threads.#warmUp(host.threads.warm);
    } catch (error) {
      // Or the threads that did start would keep the process alive.
      await threads.close();
      throw error;
    }
    return threads;
  }

  private constructor(host: Host) {
    this.#host = host;
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('../workers/serve-client.js', import.meta.url)),
      minThreads: 0,
      maxThreads: host.threads.most,
      // By default the pool ends threads that are not busy at once.
      idleTimeout: Infinity,
      // Between clients a thread waits on its mailbox; the pool's own waiting is never reached.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: {
        stackSizeMb: STACK_MB,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        maxOldGenerationSizeMb: host.threads.memoryMb,
      },
    });
    this.#pool.on('message', (message: FromThread) => this.#hear(message));
    this.#pool.on('error', (error: Error) => this.#hearFailure(error));
  }

  /** Resolves when {@link serve} may be called: a thread is free, or another one may be started. */
  async available(): Promise<void> {
    while (this.#free.length === 0 && this.#seats.size >= this.#host.threads.most && !this.#closing) {
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
    }
  }

  /** Lends the client to a thread. Resolves when it is served and its descriptor closed; never rejects. */
  serve(accepted: Accepted): Promise<void> {
    return new Promise((served) => {
      const { id } = accepted;
      const loan = this.#lend(accepted);
      if (!loan) {
        served();
        return;
      }
      const seat = this.#free.pop() ?? this.#addSeat();
      seat.client = new SeatedClient(accepted, loan, this.#host.shared, served);
      this.#taken.add(seat);
      seat.mailbox.deliver(loan.fd, id);
      // A client that was on its way from the acceptor when the server began to stop.
      if (this.#stopping) this.endInput();
    });
  }

  /** A socket that cannot be lent ends its own client, and says why. */
  #lend({ id, socket }: Accepted): Loan | undefined {
    try {
      return new Loan(socket);
    } catch (error) {
      this.#host.log.error({ connection: id, err: error }, 'cannot lend');
      socket.destroy();
      return undefined;
    }
  }

  get count(): number {
    return this.#taken.size;
  }

  describe(most: number): Serving {
    const free = [...this.#seats.values()].filter((seat) => !this.#taken.has(seat));
    return describeSeats([...this.#taken, ...free], most);
  }

  endInput(): void {
    this.#stopping = true;
    for (const { client } of this.#taken) client?.endInput('stopped');
  }

  breakOff(): void {
    for (const { client } of this.#taken) client?.breakOff('stopped');
  }

  whenNone(): Promise<void> {
    return this.#taken.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => void this.#onNone.push(resolve));
  }

  /** Ends all threads. One that computes is terminated; its descriptor was shut down before, so none blocks. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#stopping = true;
    this.#closing = true;
    this.#onAvailable?.();
    this.breakOff();
    for (const seat of this.#seats.values()) if (!seat.client) seat.mailbox.retire();
    await Promise.race([this.#untilStarted(), sleep(LONGEST_START_MS, undefined, { ref: false })]);
    await this.#pool.destroy();
    // Only now is it certain that no thread uses a lent descriptor any more.
    for (const seat of this.#taken) this.#end(seat, 'stopped');
  }

  /** A thread that is terminated while it loads modules or koffi makes Node abort the whole process. */
  async #untilStarted(): Promise<void> {
    const starting = [...this.#seats.values()].filter(({ thread }) => thread === undefined);
    await Promise.allSettled(starting.map(({ ready }) => ready));
  }

  async #warmUp(count: number): Promise<void> {
    for (let seats = 0; seats < count; seats++) this.#addSeat({ warm: true });
    let started = 0;
    for (const seat of this.#seats.values()) {
      await seat.ready;
      this.#host.threads.onWarm?.(++started);
    }
  }

  #addSeat({ warm } = { warm: false }): Seat {
    const seat = new Seat(++this.#lastIndex, this.#host.shared !== undefined);
    this.#seats.set(seat.index, seat);
    const task: ThreadTask = {
      seat: seat.index,
      mailbox: seat.mailbox.buffer,
      bell: this.#bell.buffer,
      calls: seat.calls?.buffer,
      module: this.#host.service.module,
      options: this.#host.serviceOptions,
      warm,
      idleMs: this.#host.idleMs,
      log: this.#host.logSettings,
    };
    this.#pool.run(task, { signal: seat.givenUp }).then(
      () => this.#lose(seat, new Error('its task ended')),
      (error: unknown) => this.#lose(seat, error as Error),
    );
    return seat;
  }

  /** What the client threads say. */
  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'ready': {
        const seat = this.#seats.get(message.seat);
        if (seat) this.#noteReady(seat, message);
        return;
      }
      case 'bell':
        this.#answerBell();
    }
  }

  /**
   * A thread that dies before it has taken its task leaves that in the pool's queue, which only seats of threads that
   * are still starting can have tasks in: the newest of these has one too many.
   */
  #hearFailure(error: Error): void {
    this.#host.log.error({ err: error }, 'pool failed');
    if (this.#closing || this.#pool.queueSize === 0) return;
    [...this.#seats.values()].findLast(({ thread }) => thread === undefined)?.giveUp(error);
  }

  #answerBell(): void {
    this.#bell.silence();
    for (const seat of this.#taken) {
      if (seat.isSettled) {
        this.#end(seat, seat.mailbox.reason);
        this.#setFree(seat);
      } else {
        void seat.answerCall();
      }
    }
  }

  #noteReady(seat: Seat, { thread, kernelThread }: Extract<FromThread, { kind: 'ready' }>): void {
    seat.noteReady(thread, kernelThread);
    this.#host.log.info({ thread, threads: this.#seats.size }, 'thread started');
    if (!seat.isSettled) return;
    this.#end(seat, seat.mailbox.reason);
    this.#setFree(seat);
  }

  /** A thread died, and with it whatever its client had in it. Every other client goes on; a new thread takes over. */
  #lose(seat: Seat, error: Error): void {
    // While the pool is being destroyed its tasks fail before its threads are through: see close().
    if (this.#closing) {
      seat.noteLost(error);
      return;
    }
    // It may have rung the bell and died before it could tell main.
    this.#answerBell();
    this.#seats.delete(seat.index);
    const place = this.#free.indexOf(seat);
    if (place !== -1) this.#free.splice(place, 1);
    const connection = seat.client?.accepted.id;
    this.#host.log.error({ thread: seat.thread, connection, err: error }, 'thread lost');
    this.#end(seat, 'thread lost');
    seat.noteLost(new StartError(`cannot start a client thread: ${error.message}`, { cause: error }));
    if (seat.thread === undefined) setTimeout(() => this.#replace(), RESTART_MS).unref();
    else this.#replace();
  }

  #replace(): void {
    if (this.#stopping) return;
    if (this.#seats.size < this.#host.threads.most) this.#addSeat();
    this.#onAvailable?.();
  }

  #setFree(seat: Seat): void {
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
}
