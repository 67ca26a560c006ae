/**
 * How long each connection waited in the kernel's accept queue, as accept(2) found it. Main thread.
 * Used by acceptor.ts; the kernel's answer comes through accepted-socket.ts.
 */
import type { AcceptedSocket } from '../serving/host.js';

/** The kernel counts in ticks of its timer, mostly of 4 ms. */
const LEAST_BACKLOG_MS = 4;
/** After an answer of 0 the kernel is not asked for so long: the error grows by it. */
const ASK_AGAIN_MS = 1;

export class BacklogWait {
  readonly #emptyAtMs: () => number;
  /** When the kernel last said that a connection had not waited. */
  #shortAtMs = -Infinity;
  #longestMs = 0;

  /** @param emptyAtMs when the accept queue was last seen empty, on the monotonic clock */
  constructor(emptyAtMs: () => number) {
    this.#emptyAtMs = emptyAtMs;
  }

  /**
   * The wait of a connection in ms, undefined where the kernel does not tell. Asks the kernel only
   * if the answer can be another than 0. Connections leave the backlog in the order in which they
   * came: the next one has waited for no longer than the last one and the time since.
   */
  of(socket: AcceptedSocket, acceptedAtMs: number): number | undefined {
    const mostMs = acceptedAtMs - this.#emptyAtMs();
    if (mostMs < LEAST_BACKLOG_MS || acceptedAtMs - this.#shortAtMs < ASK_AGAIN_MS) return 0;
    const backlogMs = socket.backlogMs();
    if (backlogMs === 0) this.#shortAtMs = acceptedAtMs;
    else this.note(backlogMs);
    return backlogMs;
  }

  /** The wait of a connection in ms; undefined if unknown. */
  note(backlogMs: number | undefined): void {
    if (backlogMs !== undefined) this.#longestMs = Math.max(this.#longestMs, backlogMs);
  }

  /** The longest wait since this was last asked. */
  takeLongestMs(): number {
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    return longestMs;
  }
}
