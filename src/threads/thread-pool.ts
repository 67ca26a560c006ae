/**
 * Threads that serve clients, and their slots: how they start, die and are replaced. Main thread.
 * Which client gets which slot is decided in client-threads.ts, where each thread has one client,
 * and in loops/loop-workers.ts, where each has many.
 *
 * Each thread is one task of a piscina pool, which ends with the server, and has one slot: what main
 * knows of it.
 *
 *     starting ── ready ──► up ── close() ──► retired
 *         │                  └── thread dies ──► lost, replaced; main may have ended it: end()
 *         └── not started: thread-starts.ts says when the next may try
 *
 * A task waits in the pool's queue only until its thread runs: the pool has as many workers as
 * there are slots.
 */
import type { ResourceLimits, Transferable } from 'node:worker_threads';
import { ArrayTaskQueue, Piscina } from 'piscina';
import { StartError } from '../base/errors.js';
import { bundled } from '../base/programs.js';
import { settledWithin } from '../base/settled-within.js';
import { describeThrown, errOf } from '../base/thrown.js';
import type { Ending, PoolSlot } from './pool-slot.js';
import type { ReadyMessage } from './protocol.js';
import type { Host } from '../serving/host.js';
import { ThreadStarts } from './thread-starts.js';

/**
 * Delay before main replaces a thread that died before it was up: the next one would most likely
 * die too.
 */
const RESTART_MS = 500;
/** How long a stop waits for threads that are starting. */
const MOST_START_MS = 2000;

/** What a thread gets when it starts, and the slot that main has of it. */
export interface AddedThread<Slot extends PoolSlot> {
  readonly slot: Slot;
  readonly task: object;
  readonly transfer?: readonly Transferable[];
}

/** What the threads of a pool have in common. */
export interface ThreadKind<Slot extends PoolSlot> {
  /** The file that they run, in the folder workers. */
  readonly program: string;
  /** Beside the heap, whose limit is the user's. */
  readonly limits: Pick<ResourceLimits, 'stackSizeMb' | 'maxYoungGenerationSizeMb'>;
  /** @param isWarm the thread starts before its first client comes */
  add(index: number, isWarm: boolean): AddedThread<Slot>;
  /** The slot's thread is dead, or has not started. */
  remove(slot: Slot): void;
  /** All threads have ended. */
  close(): void;
}

interface ThreadPoolEvents<Slot extends PoolSlot> {
  /**
   * The slot's thread is up. The slot may have been given a client before, and the thread may have
   * served it.
   */
  onReady(slot: Slot): void;
  /** The slot's thread is dead. */
  onLost(slot: Slot): void;
  /** The slot's thread could not start, for lack of what may be free again later. */
  onNotStarted(slot: Slot): void;
  /** A slot may be added again, or has replaced a lost one. */
  onRoom(): void;
}

/** The pool's queue, with the tasks of threads that do not run yet. */
export class StartingTasks extends ArrayTaskQueue {
  /** Its promise never settles. Tasks wait for any thread, so it does not matter which is taken. */
  takeBackNewest(): void {
    this.tasks.pop();
  }
}

export class ThreadPool<Slot extends PoolSlot> {
  readonly #host: Host;
  readonly #kind: ThreadKind<Slot>;
  readonly #events: ThreadPoolEvents<Slot>;
  readonly #pool: Piscina;
  readonly #slots = new Map<number, Slot>();
  readonly #tasks = new StartingTasks();
  readonly #starts: ThreadStarts;
  #lastIndex = 0;
  #replacing = true;
  #closing = false;
  /** During {@link warmUp}, which throws the first failure. No failure is logged then. */
  #warmingUp = false;

  constructor(host: Host, kind: ThreadKind<Slot>, events: ThreadPoolEvents<Slot>) {
    this.#host = host;
    this.#kind = kind;
    this.#events = events;
    this.#starts = new ThreadStarts(host, () => events.onRoom());
    this.#starts.holdBack(0);
    this.#pool = new Piscina({
      filename: bundled(`workers/${kind.program}`),
      minThreads: 0,
      maxThreads: host.threads.most,
      taskQueue: this.#tasks,
      // By default the pool ends idle threads at once.
      idleTimeout: Infinity,
      // A thread waits for clients inside its task, not in the pool.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: {
        ...kind.limits,
        maxOldGenerationSizeMb: host.threads.memoryMb,
      },
    });
    this.#pool.on('message', (message: ReadyMessage) => this.#onReady(message));
    this.#pool.on('error', (error: Error) => this.#onError(error));
  }

  /** The slots whose threads are starting or up. */
  [Symbol.iterator](): Iterator<Slot> {
    return this.#slots.values();
  }

  /** Whether {@link add} may be called. Asks the kernel if so. */
  get hasRoom(): boolean {
    return (
      this.#slots.size < this.#host.threads.most && this.#starts.mayStart(this.#starting.length)
    );
  }

  get #starting(): Slot[] {
    return [...this.#slots.values()].filter(({ thread }) => thread === undefined);
  }

  /**
   * Starts `count` threads and waits until they are up.
   * @throws StartError when one cannot be started
   */
  async warmUp(count: number): Promise<void> {
    this.#warmingUp = true;
    // Not the map: a thread that dies is deleted from it, and its failure would be missed.
    const slots: Slot[] = [];
    let up = 0;
    const untilNextIsUp = async () => {
      await slots[up]?.ready;
      up++;
      this.#host.threads.onWarm?.(up);
    };
    while (slots.length < count) {
      // With few descriptors, not all threads can load their modules at once.
      while (up < slots.length && !this.#starts.mayStart(slots.length - up)) await untilNextIsUp();
      slots.push(this.add({ warm: true }));
    }
    while (up < count) await untilNextIsUp();
    this.#warmingUp = false;
  }

  /**
   * Adds a slot, which may be given a client at once, while its thread starts.
   * @throws StartError when the system does not let the thread start
   */
  add({ warm } = { warm: false }): Slot {
    const added = this.#kind.add(++this.#lastIndex, warm);
    this.#slots.set(added.slot.index, added.slot);
    this.#run(added);
    return added.slot;
  }

  /**
   * Ends a thread that computes. The slot is lost, and replaced, when the thread has ended: until
   * then it may use its descriptor. The client must have been aborted, so that no call on the
   * descriptor blocks.
   */
  end(slot: Slot, ending: Ending): void {
    const worker = this.#pool.threads.find(({ threadId }) => threadId === slot.thread);
    if (!worker || slot.isEnding) return;
    slot.noteEnding(ending);
    // It may have finished in the meantime, or wait for main: nothing but these two wakes it then.
    slot.retire();
    slot.closeCalls();
    void worker.terminate();
  }

  #run({ slot, task, transfer = [] }: AddedThread<Slot>): void {
    let ended: Promise<unknown>;
    try {
      ended = this.#pool.run(task, { transferList: [...transfer] });
    } catch (error) {
      // Out of `new Worker`, for example EAGAIN. The task stays in the queue.
      this.#tasks.takeBackNewest();
      this.#remove(slot);
      if (!this.#warmingUp) this.#starts.noteFailed(error);
      throw startError(error);
    }
    ended.then(
      () => this.#onExit(slot, new Error('its task ended')),
      (error: unknown) => this.#onExit(slot, error),
    );
  }

  /** From now on a thread that dies is not replaced. */
  stopReplacing(): void {
    this.#replacing = false;
  }

  /**
   * Ends all threads, also one that computes. None may be blocked in a call on a descriptor. Never
   * rejects.
   */
  async close(): Promise<void> {
    this.stopReplacing();
    this.#starts.close();
    this.#closing = true;
    for (const slot of this.#slots.values()) slot.retire();
    await settledWithin(this.#untilStarted(), MOST_START_MS);
    // First: a thread whose call is ended is to end, and not to report that its service failed.
    const destroyed = this.#pool.destroy();
    for (const slot of this.#slots.values()) slot.closeCalls();
    await destroyed;
    this.#kind.close();
  }

  /** Node aborts the whole process if a thread is terminated while it loads modules or koffi. */
  async #untilStarted(): Promise<void> {
    await Promise.allSettled(this.#starting.map(({ ready }) => ready));
  }

  #onReady({ slot: index, thread, kernelThread }: ReadyMessage): void {
    const slot = this.#slots.get(index);
    if (!slot) return;
    slot.noteReady(thread, kernelThread);
    this.#starts.noteUp();
    this.#starts.holdBack(this.#slots.size - this.#starting.length);
    this.#host.log.info({ thread, tid: slot.tid, threads: this.#slots.size }, 'thread started');
    this.#events.onReady(slot);
    this.#events.onRoom();
  }

  /**
   * A thread that dies before it has taken its task leaves the task in the pool's queue. Only
   * starting slots can have tasks there, so the newest of them is taken back.
   */
  #onError(error: Error): void {
    // Also while the pool closes: close() waits for the slots that are starting.
    const slot = this.#pool.queueSize > 0 ? this.#starting.at(-1) : undefined;
    if (!slot) {
      this.#host.log.error({ err: error }, 'pool failed');
      return;
    }
    this.#tasks.takeBackNewest();
    this.#onExit(slot, error);
  }

  /** A thread died. A new thread replaces it; the clients of other threads are not affected. */
  #onExit(slot: Slot, error: unknown): void {
    const why = startError(error);
    // While the pool is destroyed, its tasks fail before its threads have ended: see close().
    if (this.#closing) {
      slot.noteLost(why);
      return;
    }
    this.#remove(slot);
    const { thread } = slot;
    slot.noteLost(why);
    if (
      thread === undefined &&
      !slot.isTaken &&
      !this.#warmingUp &&
      this.#starts.isShortage(error)
    ) {
      this.#starts.noteFailed(error);
      this.#events.onNotStarted(slot);
      return;
    }
    this.#host.counters.noteThreadLost();
    if (slot.ending) {
      this.#host.log.error({ thread, ...slot.lossFields, ...slot.ending }, 'thread ended');
    } else if (!this.#warmingUp) {
      this.#host.log.error({ thread, ...slot.lossFields, err: errOf(error) }, 'thread lost');
    }
    this.#events.onLost(slot);
    if (thread === undefined) setTimeout(() => this.#replace(), RESTART_MS).unref();
    else this.#replace();
  }

  #remove(slot: Slot): void {
    this.#kind.remove(slot);
    this.#slots.delete(slot.index);
    this.#starts.holdBack(this.#slots.size - this.#starting.length);
  }

  #replace(): void {
    if (!this.#replacing) return;
    try {
      if (this.hasRoom) this.add();
    } catch {
      // Logged: the next client asks for a thread again.
    }
    this.#events.onRoom();
  }
}

function startError(error: unknown): StartError {
  const { message } = describeThrown(error);
  return new StartError(`cannot start a client thread: ${message}`, { cause: error });
}
