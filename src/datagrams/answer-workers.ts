/**
 * The worker threads that answer datagrams: a plain piscina pool, one task a datagram. Runs on the
 * main thread; workers/answer-datagram.ts runs inside a worker.
 *
 * The pool's own queue stays empty: the model awaits {@link AnswerWorkers.available} before it
 * takes the next datagram. Until then the datagram waits in the receiver, bounded and counted.
 */
import { Piscina } from 'piscina';
import { StartError } from '../base/errors.js';
import { bundled } from '../base/programs.js';
import type { DatagramHost } from './host.js';
import type { AnswerTask, ComputedAnswer, WorkerSettings } from './protocol.js';

const STACK_MB = 1;

export class AnswerWorkers {
  readonly #pool: Piscina<AnswerTask, ComputedAnswer>;
  readonly #count: number;
  #running = 0;
  #onAvailable: (() => void) | undefined;

  /**
   * Starts all workers, and resolves when each has loaded the service.
   * @throws StartError when a worker cannot be started
   */
  static async start(
    { module, options, threads, log }: DatagramHost,
    count: number,
  ): Promise<AnswerWorkers> {
    const pool = new Piscina<AnswerTask, ComputedAnswer>({
      filename: bundled('workers/answer-datagram.js'),
      minThreads: count,
      maxThreads: count,
      idleTimeout: Infinity,
      recordTiming: false,
      workerData: { module, options } satisfies WorkerSettings,
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: threads.memoryMb },
    });
    pool.on('error', (error: Error) => log.error({ err: error }, 'pool failed'));
    try {
      // One task a worker: the pool at first treats all workers as ready, and gives a busy one no
      // task.
      await Promise.all(Array.from({ length: count }, () => pool.run({ kind: 'start' })));
    } catch (error) {
      await pool.destroy();
      throw new StartError(`cannot start a worker thread: ${(error as Error).message}`, {
        cause: error,
      });
    }
    log.info({ threads: count }, 'threads started');
    return new AnswerWorkers(pool, count);
  }

  private constructor(pool: Piscina<AnswerTask, ComputedAnswer>, count: number) {
    this.#pool = pool;
    this.#count = count;
  }

  /**
   * Lets a free worker compute the answer.
   * @throws the service's error, or an error if its worker dies; the pool replaces that worker
   */
  async run(message: Uint8Array, memory: unknown): Promise<ComputedAnswer> {
    this.#running++;
    try {
      return await this.#pool.run({ kind: 'answer', message, memory });
    } finally {
      this.#running--;
      this.#onAvailable?.();
    }
  }

  /** Resolves when a worker is free. */
  async available(): Promise<void> {
    while (this.#running >= this.#count) {
      await new Promise<void>((resolve) => (this.#onAvailable = resolve));
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
