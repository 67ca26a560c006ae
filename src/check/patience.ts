/**
 * How long a client waits for bytes. Main thread of `handoff check`.
 *
 * A check ends with all of its waits: each is bounded by the time that the check has left. So a
 * check against a hanging server fails at a wait, which knows what it waited for.
 */

export class Patience {
  /** Bound on one wait for the server. */
  readonly waitMs: number;
  readonly #endMs: number;

  /** @param checkMs bound on all waits together, from now on */
  constructor(checkMs: number, waitMs: number) {
    this.#endMs = performance.now() + checkMs;
    this.waitMs = waitMs;
  }

  /** The bound on a wait that begins now. */
  leftMs(waitMs = this.waitMs): number {
    return Math.max(0, Math.min(waitMs, this.#endMs - performance.now()));
  }
}
