/**
 * How long the stages of a hand-off take, over all clients since the start. Main thread.
 *
 *     accepted ──queued──► lent ──woken──► the thread runs ──begun──► the handler's first instruction
 *
 * A snapshot has them, and the bench's `hand-off` experiment reads them there. A client thread notes
 * its times in the mailbox (mailbox.ts), a worker reports them (loops/protocol.ts), and main records
 * them when the client has been served.
 */
import { Histogram } from '../base/histogram.js';
import type { HandOffView } from '../serving/views.js';

/** By the monotonic clock. */
interface HandOffTimes {
  /** Main handed the client to a thread. */
  readonly lentAtMs: number;
  /** The thread ran, and found it. */
  readonly wokenAtMs: number;
  readonly startedAtMs: number;
}

export class HandOffStages {
  readonly #queued = new Histogram();
  readonly #woken = new Histogram();
  readonly #begun = new Histogram();
  readonly #total = new Histogram();

  /** @param times of a client that its thread has served */
  record(acceptedAtMs: number, { lentAtMs, wokenAtMs, startedAtMs }: HandOffTimes): void {
    this.#queued.record((lentAtMs - acceptedAtMs) * 1e6);
    this.#woken.record((wokenAtMs - lentAtMs) * 1e6);
    this.#begun.record((startedAtMs - wokenAtMs) * 1e6);
    this.#total.record((startedAtMs - acceptedAtMs) * 1e6);
  }

  describe(): HandOffView {
    return {
      queued: this.#queued.toJSON(),
      woken: this.#woken.toJSON(),
      begun: this.#begun.toJSON(),
      total: this.#total.toJSON(),
    };
  }
}
