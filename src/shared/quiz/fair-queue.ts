/**
 * Expensive jobs, a few at a time; the others wait, a bounded number of them. Addresses take turns, so that one
 * address with many clients does not keep the others waiting. Main thread.
 */
interface QueueLimits {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitingOfAddress: number;
}

export class FairQueue {
  readonly #limits: QueueLimits;
  /** In the order of their turns; none is empty. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #waitingCount = 0;
  #running = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** @returns what the job returns; undefined when too many are waiting, upon which it is not run */
  async run<T>(address: string, job: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.#limits.atOnce) {
      const turn = this.#queue(address);
      if (turn === undefined) return undefined;
      await turn;
    } else {
      this.#running++;
    }
    try {
      return await job();
    } finally {
      this.#next();
    }
  }

  #queue(address: string): Promise<void> | undefined {
    const queue = this.#waiting.get(address) ?? [];
    if (this.#waitingCount >= this.#limits.waiting || queue.length >= this.#limits.waitingOfAddress) {
      return undefined;
    }
    this.#waitingCount++;
    this.#waiting.set(address, queue);
    return new Promise((resolve) => void queue.push(resolve));
  }

  /** The place of a job that is through goes to the next one: `#running` stays as it is. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#running--;
      return;
    }
    const [address, queue] = first;
    const start = queue.shift();
    this.#waiting.delete(address);
    if (queue.length > 0) this.#waiting.set(address, queue);
    this.#waitingCount--;
    start?.();
  }
}
