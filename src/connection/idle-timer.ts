/**
 * The idle timeout of a client on the event loop, as SO_RCVTIMEO is that of a blocking recv(2). It
 * fires while the handler waits for a client that sends nothing. What other clients send it does
 * not restart the timer, in either model. Runs on the main thread; stream.ts uses it.
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
   * @param idleMs idle timeout in milliseconds
   * @param isAwaited whether the handler waits for the client at this moment
   * @param onIdle called when the client was idle for too long; at most once if it stops the timer
   */
  constructor(idleMs: number, isAwaited: () => boolean, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#isAwaited = isAwaited;
    this.#onIdle = onIdle;
    this.#checkAfter(idleMs);
  }

  /**
   * Restarts the idle time: the client has sent bytes, or the handler begins to wait. Cheap, since
   * the running timer is kept.
   */
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
    // The loop runs timers before sockets. After a handler that has blocked the loop for long, one
    // more look at the sockets shows what has arrived.
    setImmediate(() => {
      if (this.#stopped) return;
      this.#checkAfter(this.#idleMs);
      if (this.#isAwaited() && this.#sinceMs === sinceMs) this.#onIdle();
    });
  }
}
