/**
 * The worker threads that answer datagrams: a plain piscina pool, one task a datagram. Main thread; what runs inside a
 * worker is ../../workers/answer-datagram.ts.
 *
 * The pool's own queue stays empty but for an instant: the loop asks {@link AnswerWorkers.available} before it takes the
 * next datagram, which until then waits, bounded and counted, in the receiver.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { StartError } from '../base/errors.js';
import type { DatagramHost } from './host.js';
import type { AnswerTask, ComputedAnswer, WorkerSettings } from './protocol.js';

const STACK_MB = 1;

export class AnswerWorkers {
  readonly #pool: Piscina<AnswerTask, ComputedAnswer>;
  readonly #count: number;
  #running = 0;
  #onAvailable: (() => void) | undefined;

  /**
   * Starts all workers and waits until each has loaded the service.
   * @throws StartError when one cannot be started
   */
  static async start({ module, options, threads, log }: DatagramHost, count: number): Promise<AnswerWorkers> {
    const pool = new Piscina<AnswerTask, ComputedAnswer>({
      filename: fileURLToPath(new URL('../../workers/answer-datagram.js', import.meta.url)),
      minThreads: count,
      maxThreads: count,
      idleTimeout: Infinity,
      recordTiming: false,
      workerData: { module, options } satisfies WorkerSettings,
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: threads.memoryMb },
    });
    pool.on('error', (error: Error) => log.error({ err: error }, 'pool failed'));
    try {
      // One each: at first the pool takes all its workers for ready, and gives a busy one nothing.
      await Promise.all(Array.from({ length: count }, () => pool.run({ kind: 'start' })));
    } catch (error) {
      await pool.destroy();
      throw new StartError(`cannot start a worker thread: ${(error as Error).message}`, { cause: error });
    }
    log.info({ threads: count }, 'threads started');
    return new AnswerWorkers(pool, count);
  }

  private constructor(pool: Piscina<AnswerTask, ComputedAnswer>, count: number) {
    this.#pool = pool;
    this.#count = count;
  }

  /** Rejects when the service fails, or its worker dies, which the pool then replaces. */
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
