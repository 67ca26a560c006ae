/**
 * What main knows of one thread of a pool, whatever the thread serves: how it starts, which thread
 * it is, and how it ends. Main thread. thread-pool.ts makes slots and replaces dead threads. There
 * are two kinds: worker-slot.ts has a place for one client, loops/loop-slot.ts for many.
 */

/** Why main ends a thread, for the log. */
export interface Ending {
  readonly cause: string;
  readonly computedMs: number;
}

export abstract class PoolSlot {
  readonly index: number;
  /** Resolves when the thread is up, rejects if it dies before. */
  readonly ready: Promise<void>;
  #thread: number | undefined;
  #ending: Ending | undefined;
  #kernelThread: string | undefined;
  #onReady = (): void => undefined;
  #onLost: (error: Error) => void = () => undefined;

  constructor(index: number) {
    this.index = index;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#onReady = resolve;
      this.#onLost = reject;
    });
    // Only a start or a stop of the server waits for it. At other times the pool logs a failed
    // start itself.
    this.ready.catch(() => undefined);
  }

  /** Whether the thread has begun with a client. One that dies before has harmed none. */
  abstract readonly isTaken: boolean;

  /** Whom the thread serves, as its `thread lost` line says it. */
  abstract readonly lossFields: object;

  /** The thread is to end its task as soon as it has nothing to do. */
  abstract retire(): void;

  /** Calls that the thread waits for fail from now on: terminating it would not wake it. */
  abstract closeCalls(): void;

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

  noteLost(error: Error): void {
    this.#onLost(error);
  }

  /** The thread's id in the kernel; undefined if it is not up, or without /proc. */
  get tid(): number | undefined {
    return Number(this.kernelThread?.split('/').at(-1)) || undefined;
  }

  /** Where /proc shows the thread's state: `123/task/125`; undefined without /proc. */
  protected get kernelThread(): string | undefined {
    return this.#kernelThread;
  }
}
