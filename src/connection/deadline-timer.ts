/**
 * The deadlines of a client on the event loop, with one timer that exists only while a deadline
 * runs. Runs on the main thread; stream.ts uses it. idle-timer.ts is the idle timeout.
 */
import { monotonicMs } from '../base/clock.js';
import { RunningDeadlines, type DeadlineName, type Deadlines } from './deadlines.js';

export class DeadlineTimer {
  readonly #running: RunningDeadlines;
  readonly #isAwaited: () => boolean;
  readonly #onOver: (name: DeadlineName) => void;
  #timer: NodeJS.Timeout | undefined;
  #firesAtMs = Infinity;
  #stopped = false;

  /**
   * @param isAwaited whether the handler waits for the client at this moment
   * @param onOver called when a deadline is over while the handler waits for the client
   */
  constructor(
    deadlines: Deadlines,
    isAwaited: () => boolean,
    onOver: (name: DeadlineName) => void,
  ) {
    this.#running = new RunningDeadlines(deadlines, monotonicMs);
    this.#isAwaited = isAwaited;
    this.#onOver = onOver;
  }

  start(name: DeadlineName): void {
    if (this.#running.start(name)) this.#watch();
  }

  end(name: DeadlineName): void {
    this.#running.end(name);
  }

  /** A deadline that was over while the handler did not wait for the client. */
  get missed(): DeadlineName | undefined {
    const { next } = this.#running;
    return next && next.atMs <= monotonicMs() ? next.name : undefined;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** A running timer that fires early enough is kept: most lines end long before it does. */
  #watch(): void {
    const { next } = this.#running;
    if (!next || this.#stopped || this.#firesAtMs <= next.atMs) return;
    clearTimeout(this.#timer);
    this.#firesAtMs = next.atMs;
    const leftMs = Math.max(0, Math.ceil(next.atMs - monotonicMs()));
    this.#timer = setTimeout(() => this.#check(), leftMs).unref();
  }

  #check(): void {
    this.#firesAtMs = Infinity;
    if (this.missed === undefined) {
      this.#watch();
      return;
    }
    // As in idle-timer.ts: one more look at the sockets shows what has arrived while the loop was
    // blocked. A handler that is busy meets the missed deadline when it next waits.
    setImmediate(() => {
      const name = this.missed;
      if (this.#stopped) return;
      if (name === undefined) this.#watch();
      else if (this.#isAwaited()) this.#onOver(name);
    });
  }
}
