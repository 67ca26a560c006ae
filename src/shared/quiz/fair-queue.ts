/**
 * Runs a bounded number of expensive jobs at once and queues a bounded number of others. Addresses
 * take turns, so an address with many clients does not delay the others. Runs on the main thread.
 */
import { RoundRobinQueue } from '../../base/round-robin-queue.js';

interface QueueLimits {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitingOfAddress: number;
}

interface WaitingJob {
  readonly address: string;
  readonly start: () => void;
}

export class FairQueue {
  readonly #limits: QueueLimits;
  readonly #waiting = new RoundRobinQueue<WaitingJob>();
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs the job in its address's turn.
   * @returns the job's result; undefined if the queue is full, and then the job does not run
   * @throws whatever the job throws
   */
  async run<T>(address: string, job: () => Promise<T>): Promise<T | undefined> {
    if (this.#running < this.#limits.atOnce) this.#running++;
    else if (this.#isFullFor(address)) return undefined;
    else await new Promise<void>((start) => this.#waiting.put(address, { address, start }));
    try {
      return await job();
    } finally {
      this.#startNext();
    }
  }

  #isFullFor(address: string): boolean {
    const { waiting, waitingOfAddress } = this.#limits;
    return this.#waiting.waiting >= waiting || this.#waiting.waitingOf(address) >= waitingOfAddress;
  }

  /** The next job takes the place of the one that has ended: `#running` does not change. */
  #startNext(): void {
    const next = this.#waiting.take();
    if (next === undefined) {
      this.#running--;
      return;
    }
    this.#waiting.release(next.address);
    next.start();
  }
}
