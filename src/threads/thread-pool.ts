/**
 * The threads of the clients, and their seats: how they start, die and are replaced. Main thread; what runs inside a
 * thread is workers/serve-client.ts. Which client gets which seat is none of this file's business: client-threads.ts.
 *
 * Each thread is one task of a piscina pool, which ends with the server, and has one seat: a place for a client.
 *
 *     starting ── ready ──► up ── close() ──► retired
 *         └── thread dies ───┴──► lost, replaced
 *
 * The pool's own queue is never used: there is one task a seat, and a seat for each worker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { FromThread, ThreadTask } from '../../workers/serve-client.js';
import { StartError } from '../base/errors.js';
import { Bell } from './mailbox.js';
import type { Host } from '../serving/host.js';
import { Seat } from './worker-slot.js';

const STACK_MB = 1;
const YOUNG_GENERATION_MB = 2;
/** How long to wait before replacing a thread that died before it was up: it would most likely die again. */
const RESTART_MS = 500;
/** On a stop, how long threads that are just starting are waited for. */
const LONGEST_START_MS = 2000;

/** What whoever puts clients into the seats hears of them. */
interface SeatNews {
  /** The seat's thread is up. It may have been given a client before, and have served it, too. */
  ready(seat: Seat): void;
  /** Some threads are through with their clients, or wait for a call to be answered. */
  bell(): void;
  /** The seat's thread is dead, and with it whatever its client had in it. */
  lost(seat: Seat): void;
  /** A lost seat may be, or has been, replaced. */
  replaced(): void;
}

export class Seats {
  readonly #host: Host;
  readonly #news: SeatNews;
  readonly #pool: Piscina;
  readonly #bell = new Bell();
  readonly #seats = new Map<number, Seat>();
  #lastIndex = 0;
  #replacing = true;
  #closing = false;
  /** Until all threads of {@link warmUp} are up. The first failure is thrown there, and the others are not logged. */
  #warmingUp = false;

  constructor(host: Host, news: SeatNews) {
    this.#host = host;
    this.#news = news;
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('../../workers/serve-client.js', import.meta.url)),
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

  /** Those whose threads are starting or up. */
  [Symbol.iterator](): Iterator<Seat> {
    return this.#seats.values();
  }

  /** Whether {@link add} may be called. */
  get hasRoom(): boolean {
    return this.#seats.size < this.#host.threads.most;
  }

  /**
   * Starts so many threads and waits until they are up.
   * @throws StartError when one cannot be started
   */
  async warmUp(count: number): Promise<void> {
    // The seats themselves, not the map: a thread that dies is deleted from it, and its failure would not be seen.
    this.#warmingUp = true;
    const seats = Array.from({ length: count }, () => this.add({ warm: true }));
    for (const [index, seat] of seats.entries()) {
      await seat.ready;
      this.#host.threads.onWarm?.(index + 1);
    }
    this.#warmingUp = false;
  }

  /** A new seat, which may be given a client at once, while its thread starts. */
  add({ warm } = { warm: false }): Seat {
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
      // Of a task that was given up the pool only says that it was aborted.
      (error: unknown) => this.#lose(seat, (seat.givenUp.reason ?? error) as Error),
    );
    return seat;
  }

  /** From now on a thread that dies is not replaced. */
  stopReplacing(): void {
    this.#replacing = false;
  }

  /** Ends all threads. One that computes is terminated; none may be blocked in a call on a descriptor. */
  async close(): Promise<void> {
    this.stopReplacing();
    this.#closing = true;
    for (const seat of this.#seats.values()) if (!seat.client) seat.mailbox.retire();
    const over = new AbortController();
    // Not unref'd: threads that are starting do not keep the process alive, and it would end in the middle of this.
    const longest = sleep(LONGEST_START_MS, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#untilStarted(), longest]);
    over.abort();
    await this.#pool.destroy();
  }

  /** A thread that is terminated while it loads modules or koffi makes Node abort the whole process. */
  async #untilStarted(): Promise<void> {
    const starting = [...this.#seats.values()].filter(({ thread }) => thread === undefined);
    await Promise.allSettled(starting.map(({ ready }) => ready));
  }

  /** What the threads say. */
  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'ready': {
        const seat = this.#seats.get(message.seat);
        if (seat) this.#noteReady(seat, message);
        return;
      }
      case 'bell':
        this.#passBellOn();
    }
  }

  #noteReady(seat: Seat, { thread, kernelThread }: Extract<FromThread, { kind: 'ready' }>): void {
    seat.noteReady(thread, kernelThread);
    this.#host.log.info({ thread, threads: this.#seats.size }, 'thread started');
    this.#news.ready(seat);
  }

  #passBellOn(): void {
    this.#bell.silence();
    this.#news.bell();
  }

  /**
   * A thread that dies before it has taken its task leaves that in the pool's queue, which only seats of threads that
   * are still starting can have tasks in: the newest of these has one too many.
   */
  #hearFailure(error: Error): void {
    if (!this.#warmingUp) this.#host.log.error({ err: error }, 'pool failed');
    if (this.#pool.queueSize === 0) return;
    // While the pool is closing, too: close() waits for the seats that are starting.
    const starting = [...this.#seats.values()].filter((seat) => seat.thread === undefined);
    starting.findLast(({ givenUp }) => !givenUp.aborted)?.giveUp(error);
  }

  /** A thread died. Every other client goes on; a new thread takes over. */
  #lose(seat: Seat, error: Error): void {
    // While the pool is being destroyed its tasks fail before its threads are through: see close().
    if (this.#closing) {
      seat.noteLost(error);
      return;
    }
    // It may have rung the bell and died before it could tell main.
    this.#passBellOn();
    this.#seats.delete(seat.index);
    const connection = seat.client?.accepted.id;
    if (!this.#warmingUp)
      this.#host.log.error({ thread: seat.thread, connection, err: error }, 'thread lost');
    this.#news.lost(seat);
    seat.noteLost(new StartError(`cannot start a client thread: ${error.message}`, { cause: error }));
    if (seat.thread === undefined) setTimeout(() => this.#replace(), RESTART_MS).unref();
    else this.#replace();
  }

  #replace(): void {
    if (!this.#replacing) return;
    if (this.hasRoom) this.add();
    this.#news.replaced();
  }
}
