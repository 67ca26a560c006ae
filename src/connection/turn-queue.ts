/**
 * Clients of main's event loop that have used up their slice and have more to do: one of them goes
 * on in each turn of the loop, in the order in which they came. So what the others wait for does
 * not grow with the number of clients that send without end. Main thread; main-loop.ts has one.
 */
import { monotonicMs } from '../base/clock.js';

export class TurnQueue {
  readonly #waiting: (() => void)[] = [];
  #resumedMs = 0;

  /** When a client last went on. */
  get resumedMs(): number {
    return this.#resumedMs;
  }

  /** Resolves when it is this client's turn; never rejects. */
  wait(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(undefined));
      if (this.#waiting.length === 1) setImmediate(this.#resume);
    });
  }

  readonly #resume = (): void => {
    const next = this.#waiting.shift();
    // An immediate that an immediate asks for comes after the next poll.
    if (this.#waiting.length > 0) setImmediate(this.#resume);
    this.#resumedMs = monotonicMs();
    next?.();
  };
}
