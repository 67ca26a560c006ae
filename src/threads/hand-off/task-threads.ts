/**
 * The pool of `--handoff task`, as main sees it. Main thread; task.ts has the picture.
 *
 *     a free slot ──serve()──► its task waits or runs ──settled──► free
 *                                        └── its thread dies ──► a new slot
 */
import { Piscina } from 'piscina';
import { StartError } from '../../base/errors.js';
import { bundled } from '../../base/programs.js';
import { settledWithin } from '../../base/settled-within.js';
import { describeThrown, errOf } from '../../base/thrown.js';
import type { EndReason } from '../../connection/end-reason.js';
import type { Accepted, Admission, Host } from '../../serving/host.js';
import { ServedClient } from '../../serving/served-client.js';
import { monotonicMs } from '../../base/clock.js';
import { CLIENT_THREAD_LIMITS } from '../client-thread-kind.js';
import { Doorbell } from '../doorbell.js';
import { DescriptorLease } from '../lease.js';
import { LeasedSocket } from '../leased-socket.js';
import type { Ending } from '../pool-slot.js';
import type { ConnectionTask, PoolThreadReady, PoolThreadSettings } from '../protocol.js';
import { SlotClients } from '../slot-clients.js';
import { StartingTasks } from '../thread-pool.js';
import { TaskSlot } from './task.js';

const MOST_START_MS = 2000;
const MOST_CLOSE_MS = 3000;
/** After the system did not let a thread start. */
const PAUSE_MS = 100;

export class TaskThreads extends SlotClients {
  readonly #pool: Piscina;
  readonly #tasks = new StartingTasks();
  readonly #doorbell: Doorbell<TaskSlot>;
  readonly #slots = new Map<TaskSlot, ConnectionTask['doorbell']>();
  readonly #free: TaskSlot[] = [];
  /** Where /proc shows the state of the threads that are up. */
  readonly #threads = new Map<number, string | undefined>();
  #lastIndex = 0;
  #isShort = false;
  #onAvailable: (() => void) | undefined;
  #onUp: (() => void) | undefined;
  #onFailed: ((error: Error) => void) | undefined;
  #admission: Pick<Admission, 'giveBack'> | undefined;

  /**
   * Starts `host.threads.warm` threads and waits until they are up.
   * @throws StartError when the service cannot be loaded or a thread cannot be started
   */
  static async start(host: Host): Promise<TaskThreads> {
    const threads = new TaskThreads(host);
    try {
      await threads.#warmUp(host.threads.warm);
    } catch (error) {
      await settledWithin(threads.close(), MOST_CLOSE_MS);
      throw error;
    }
    return threads;
  }

  private constructor(host: Host) {
    super(host);
    const { most, warm, memoryMb } = host.threads;
    this.#doorbell = new Doorbell(most, (slot) => void slot.answerCall());
    while (this.#slots.size < most) this.#addSlot();
    const settings: PoolThreadSettings = {
      module: host.service.module,
      newestVersion: host.code.newestVersion,
      options: host.serviceOptions,
      limits: { idleMs: host.idleMs, ...host.deadlines },
      measuresTimes: host.showsTimes,
      log: host.logSettings,
    };
    this.#pool = new Piscina({
      filename: bundled('workers/serve-connection.js'),
      workerData: settings,
      minThreads: warm,
      maxThreads: most,
      taskQueue: this.#tasks,
      idleTimeout: Infinity,
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: { ...CLIENT_THREAD_LIMITS, maxOldGenerationSizeMb: memoryMb },
    });
    this.#pool.on('message', (message: PoolThreadReady) => this.#onReady(message));
    this.#pool.on('error', (error: Error) => this.#onError(error));
  }

  async #warmUp(count: number): Promise<void> {
    const failed = new Promise<never>((_resolve, reject) => (this.#onFailed = reject));
    while (this.#threads.size < count) {
      const up = new Promise<void>((resolve) => (this.#onUp = resolve));
      await Promise.race([up, failed]);
      this.host.threads.onWarm?.(this.#threads.size);
    }
    failed.catch(() => undefined);
    this.#onFailed = undefined;
  }

  /** Resolves when {@link serve} may be called. */
  async available(): Promise<void> {
    while ((this.#free.length === 0 || this.#isShort) && !this.isClosing)
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
  }

  /** Gets back the clients that no thread can serve now. */
  givesBackTo(admission: Pick<Admission, 'giveBack'>): void {
    this.#admission = admission;
  }

  /**
   * Runs the client's task. Resolves when the client is served and its descriptor closed, or given
   * back; never rejects.
   */
  async serve(accepted: Accepted): Promise<void> {
    const slot = this.#free.pop();
    if (!slot) return this.#admission?.giveBack(accepted);
    if (this.stages) slot.chosenAtMs = monotonicMs();
    const lease = new DescriptorLease(accepted.socket);
    const socket = new LeasedSocket(accepted.socket, lease, this.host.outputLimit);
    const client = ServedClient.enter(this.host, accepted, socket);
    if (!client) return void this.#free.push(slot);
    if (this.stages) slot.wrappedAtMs = monotonicMs();
    slot.mailbox.thread = 0;
    socket.giveTo(slot, accepted.id);
    this.take(slot, client, () => undefined);
    try {
      const reason = await this.#run(slot, lease.fd, accepted.id);
      this.stages?.record(accepted.acceptedAtMs, slot.mailbox, slot);
      this.end(slot, reason);
      this.#free.push(slot);
    } catch (error) {
      this.#onLost(slot, error);
    }
    this.#onAvailable?.();
  }

  /** @throws Error when the thread dies, or cannot start */
  #run(slot: TaskSlot, fd: number, connection: number): Promise<EndReason> {
    const doorbell = this.#slots.get(slot);
    if (!doorbell) throw new Error('a slot without a place at the doorbell');
    const { buffer } = slot.mailbox;
    const task: ConnectionTask = {
      fd,
      connection,
      mailbox: buffer,
      calls: slot.calls?.buffer,
      doorbell,
    };
    return this.#pool.run(task) as Promise<EndReason>;
  }

  /** Its thread is dead; the pool starts another one for its next task. */
  #onLost(slot: TaskSlot, error: unknown): void {
    // While the pool is destroyed, its tasks fail before its threads have ended: see close().
    if (this.isClosing) return;
    const { thread, ending } = slot;
    const fields = { thread, ...slot.lossFields };
    if (thread === undefined) {
      this.#noteNotStarted(slot, error);
      return;
    }
    this.#threads.delete(thread);
    this.host.counters.noteThreadLost();
    if (ending) this.host.log.error({ ...fields, ...ending }, 'thread ended');
    else this.host.log.error({ ...fields, err: errOf(error) }, 'thread lost');
    this.end(slot, 'thread lost');
    this.#replaceSlot(slot);
  }

  /** The system did not let a thread start: the client waits, and the next start does. */
  #noteNotStarted(slot: TaskSlot, error: unknown): void {
    this.#tasks.takeBackNewest();
    if (!this.#isShort) {
      this.host.log.warn({ err: errOf(error) }, 'cannot start a thread');
      this.#isShort = true;
      setTimeout(() => {
        this.#isShort = false;
        this.#onAvailable?.();
      }, PAUSE_MS).unref();
    }
    this.withdraw(slot, (client) => this.#admission?.giveBack(client.withdraw()));
    this.#replaceSlot(slot);
  }

  /** Its mailbox and calls are in a state that only its thread could leave. */
  #replaceSlot(slot: TaskSlot): void {
    this.#doorbell.remove(slot);
    this.#slots.delete(slot);
    this.#addSlot();
  }

  #addSlot(): void {
    const shares = this.host.shared !== undefined;
    const slot = new TaskSlot(++this.#lastIndex, shares, (thread) => this.#threads.get(thread));
    this.#slots.set(slot, this.#doorbell.add(slot));
    this.#free.push(slot);
  }

  #onReady({ thread, kernelThread }: PoolThreadReady): void {
    this.#threads.set(thread, kernelThread);
    const tid = Number(kernelThread?.split('/').at(-1)) || undefined;
    this.host.log.info({ thread, tid, threads: this.#threads.size }, 'thread started');
    this.#onUp?.();
  }

  #onError(error: Error): void {
    if (this.#onFailed)
      this.#onFailed(
        new StartError(`cannot start a client thread: ${describeThrown(error).message}`, {
          cause: error,
        }),
      );
    else if (!this.isClosing) this.host.log.error({ err: error }, 'pool failed');
  }

  protected get slots(): Iterable<TaskSlot> {
    // Without their clients: a free place is no thread.
    return [...this.#slots.keys()].slice(0, this.#threads.size);
  }

  protected endThread(slot: TaskSlot, ending: Ending): void {
    const worker = this.#pool.threads.find(({ threadId }) => threadId === slot.thread);
    if (!worker || slot.isEnding) return;
    slot.noteEnding(ending);
    slot.closeCalls();
    void worker.terminate();
  }

  protected stopStarting(): void {
    // The pool starts threads for tasks only.
  }

  protected async endThreads(): Promise<void> {
    this.#onAvailable?.();
    await settledWithin(this.#untilUp(), MOST_START_MS);
    const destroyed = this.#pool.destroy();
    for (const slot of this.#slots.keys()) slot.closeCalls();
    await destroyed;
    this.#doorbell.close();
  }

  /** Node aborts the whole process if a thread is terminated while it loads modules or koffi. */
  async #untilUp(): Promise<void> {
    while (this.#pool.threads.some(({ threadId }) => !this.#threads.has(threadId)))
      await new Promise<void>((resolve) => (this.#onUp = resolve));
  }
}
