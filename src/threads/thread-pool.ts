/**
 * The threads of the clients, and their slots: how they start, die and are replaced. Main thread; what runs inside a
 * thread is workers/serve-client.ts. Which client gets which slot is none of this file's business: client-threads.ts.
 *
 * Each thread is one task of a piscina pool, which ends with the server, and has one slot: a place for a client.
 *
 *     starting ── ready ──► up ── close() ──► retired
 *         └── thread dies ───┴──► lost, replaced
 *
 * The pool's own queue is never used: there is one task a slot, and a seat for each worker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Piscina } from 'piscina';
import { StartError } from '../base/errors.js';
import { Doorbell } from './doorbell.js';
import type { ThreadMessage, ThreadTask } from './protocol.js';
import type { Host } from '../serving/host.js';
import { WorkerSlot } from './worker-slot.js';

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

interface ThreadPoolEvents {
  /** The slot's thread is up. The slot may have been given a client before, and the thread may have served it. */
  onReady(slot: WorkerSlot): void;
  /** Some threads have settled, or wait for a call to be answered. */
  onDoorbell(): void;
  /** The slot's thread is dead. */
  onLost(slot: WorkerSlot): void;
  /** A slot may be added again, or has replaced a lost one. */
  onRoom(): void;
}

export class ThreadPool {
  readonly #host: Host;
  readonly #events: ThreadPoolEvents;
  readonly #pool: Piscina;
  readonly #doorbell = new Doorbell();
  readonly #slots = new Map<number, WorkerSlot>();
  #lastIndex = 0;
  #replacing = true;
  #closing = false;

  constructor(host: Host, events: ThreadPoolEvents) {
    this.#host = host;
    this.#events = events;
    if (host.threads.most > MANY_THREADS) setFlagsFromString('--expose-gc');
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
    this.#pool.on('message', (message: ThreadMessage) => this.#onMessage(message));
    this.#pool.on('error', (error: Error) => this.#onError(error));
  }

  /** Those whose threads are starting or up. */
  [Symbol.iterator](): Iterator<WorkerSlot> {
    return this.#slots.values();
  }

  /** Whether {@link add} may be called. */
  get hasRoom(): boolean {
    return this.#slots.size < this.#host.threads.most;
  }

  /**
   * Starts so many threads and waits until they are up.
   * @throws StartError when one cannot be started
   */
  async warmUp(count: number): Promise<void> {
    for (let slots = 0; slots < count; slots++) this.add({ warm: true });
    let started = 0;
    for (const slot of this.#slots.values()) {
      await slot.ready;
      this.#host.threads.onWarm?.(++started);
    }
  }

  /** A new slot, which may be given a client at once, while its thread starts. */
  add({ warm } = { warm: false }): WorkerSlot {
    const slot = new WorkerSlot(++this.#lastIndex, this.#host.shared !== undefined);
    this.#slots.set(slot.index, slot);
    const task: ThreadTask = {
      slot: slot.index,
      mailbox: slot.mailbox.buffer,
      doorbell: this.#doorbell.buffer,
      calls: slot.calls?.buffer,
      module: this.#host.service.module,
      options: this.#host.serviceOptions,
      warm,
      idleMs: this.#host.idleMs,
      log: this.#host.logSettings,
    };
    this.#pool.run(task, { signal: slot.startSignal }).then(
      () => this.#onExit(slot, new Error('its task ended')),
      (error: unknown) => this.#onExit(slot, error as Error),
    );
    return slot;
  }

  /** From now on a thread that dies is not replaced. */
  stopReplacing(): void {
    this.#replacing = false;
  }

  /** Ends all threads. One that computes is terminated; none may be blocked in a call on a descriptor. */
  async close(): Promise<void> {
    this.stopReplacing();
    this.#closing = true;
    for (const slot of this.#slots.values()) if (!slot.client) slot.mailbox.retire();
    await Promise.race([this.#untilStarted(), sleep(LONGEST_START_MS, undefined, { ref: false })]);
    await this.#pool.destroy();
  }

  /** A thread that is terminated while it loads modules or koffi makes Node abort the whole process. */
  async #untilStarted(): Promise<void> {
    const starting = [...this.#slots.values()].filter(({ thread }) => thread === undefined);
    await Promise.allSettled(starting.map(({ ready }) => ready));
  }

  /** What the threads say. */
  #onMessage(message: ThreadMessage): void {
    switch (message.kind) {
      case 'ready': {
        const slot = this.#slots.get(message.slot);
        if (slot) this.#noteReady(slot, message);
        return;
      }
      case 'doorbell':
        this.#passDoorbellOn();
    }
  }

  #noteReady(slot: WorkerSlot, { thread, kernelThread }: Extract<ThreadMessage, { kind: 'ready' }>): void {
    slot.noteReady(thread, kernelThread);
    this.#host.log.info({ thread, threads: this.#slots.size }, 'thread started');
    this.#events.onReady(slot);
  }

  #passDoorbellOn(): void {
    this.#doorbell.clear();
    this.#events.onDoorbell();
  }

  /**
   * A thread that dies before it has taken its task leaves that in the pool's queue, which only slots of threads that
   * are still starting can have tasks in: the newest of these has one too many.
   */
  #onError(error: Error): void {
    this.#host.log.error({ err: error }, 'pool failed');
    if (this.#closing || this.#pool.queueSize === 0) return;
    [...this.#slots.values()].findLast(({ thread }) => thread === undefined)?.abortStart(error);
  }

  /** A thread died. Every other client goes on; a new thread takes over. */
  #onExit(slot: WorkerSlot, error: Error): void {
    // While the pool is being destroyed its tasks fail before its threads are through: see close().
    if (this.#closing) {
      slot.noteLost(error);
      return;
    }
    // It may have rung the bell and died before it could tell main.
    this.#passDoorbellOn();
    this.#slots.delete(slot.index);
    const connection = slot.client?.id;
    this.#host.log.error({ thread: slot.thread, connection, err: error }, 'thread lost');
    this.#events.onLost(slot);
    slot.noteLost(new StartError(`cannot start a client thread: ${error.message}`, { cause: error }));
    if (slot.thread === undefined) setTimeout(() => this.#replace(), RESTART_MS).unref();
    else this.#replace();
  }

  #replace(): void {
    if (!this.#replacing) return;
    if (this.hasRoom) this.add();
    this.#events.onRoom();
  }
}
