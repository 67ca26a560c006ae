/**
 * Notices a client that is waited for and says nothing: on the event loop what SO_RCVTIMEO is to a recv(2) that blocks.
 * What others deliver to the client meanwhile does not wind it up, nor does it there. Used by stream.ts; main thread.
 */
import { monotonicMs } from '../base/clock.js';

export class IdleTimer {
  readonly #idleMs: number;
  readonly #isAwaited: () => boolean;
  readonly #onIdle: () => void;
  #timer: NodeJS.Timeout | undefined;
  #sinceMs = 0;
  #stopped = false;

  /**
   * @param idleMs how long the client may be silent
   * @param isAwaited whether somebody waits for it at this moment
   * @param onIdle called when it has been silent for too long; once, if the clock is then stopped
   */
  constructor(idleMs: number, isAwaited: () => boolean, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#isAwaited = isAwaited;
    this.#onIdle = onIdle;
    this.#checkAfter(idleMs);
  }

  /** The client has said something, or is waited for from now on. Cheap: the timer is left to run, and looks again. */
  touch(): void {
    this.#sinceMs = monotonicMs();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #checkAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.ceil(ms)).unref();
  }

  #check(): void {
    const sinceMs = this.#sinceMs;
    const leftMs = this.#isAwaited() ? sinceMs + this.#idleMs - monotonicMs() : this.#idleMs;
    if (leftMs > 0) {
      this.#checkAfter(leftMs);
      return;
    }
    // The loop's timers come before its sockets, so after a handler that has kept the whole loop busy, what has
    // arrived is known only after one more look at them.
    setImmediate(() => {
      if (this.#stopped) return;
      this.#checkAfter(this.#idleMs);
      if (this.#isAwaited() && this.#sinceMs === sinceMs) this.#onIdle();
    });
  }
}
