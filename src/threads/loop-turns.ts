/**
 * When a client thread turns its event loop, beside its service's own waits. Client thread.
 *
 * Node reports a rejection that nothing handles when the stack is empty. A thread that blocks on its
 * mailbox, takes a client and serves it never empties its stack. A turn after each client would cost
 * more than a short client does. So the thread turns its loop when it has had nothing to do for a
 * while, and once a while if it always has.
 */
import type { Mailbox } from './mailbox.js';

/** So long after its client, a forgotten rejection is in the log. */
const PAUSE_MS = 200;

export class LoopTurns {
  readonly #mailbox: Mailbox;
  #turnedAtMs = 0;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  /**
   * After a client: waits for the next one, but not for long.
   * @param startedAtMs when the client's handler began
   */
  isDue(startedAtMs: number): boolean {
    const isBusy = this.#mailbox.waitBriefly(PAUSE_MS);
    if (isBusy && startedAtMs - this.#turnedAtMs < PAUSE_MS) return false;
    this.#turnedAtMs = startedAtMs;
    return true;
  }
}
