/**
 * How long the stages of a hand-off take, over all clients since the start. Main thread.
 *
 *     accept(2) ──accepted──► a thread is chosen ──wrapped──► a lease, copy or net.Socket is made ──sent──►
 *     in the mailbox ──woken──► the thread runs ──begun──► the handler's first instruction
 *
 * Threads that accept for themselves (hand-off/share.ts) have two stages: `sent`, until the client is
 * in the mailbox for main, and `begun`. A snapshot has them, and the bench's `hand-off` experiment
 * reads them there; without an admin socket nobody asks, and no clock is read. A client thread
 * notes its times in the mailbox (mailbox.ts), a worker reports them (loops/protocol.ts), and main
 * records them when the client has been served.
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

interface MadeTimes {
  /** Main chose the thread. */
  readonly chosenAtMs: number;
  /** Main had made what the thread gets. */
  readonly wrappedAtMs: number;
}

type Stage = keyof HandOffView;

const STAGES: readonly Stage[] = [
  'accepted',
  'wrapped',
  'sent',
  'queued',
  'woken',
  'begun',
  'total',
];

export class HandOffStages {
  readonly #histograms = new Map(
    STAGES.map((stage): [Stage, Histogram] => [stage, new Histogram()]),
  );

  /**
   * @param times of a client that its thread has served
   * @param made main's own times, where it notes them
   */
  record(
    acceptedAtMs: number,
    { lentAtMs, wokenAtMs, startedAtMs }: HandOffTimes,
    made?: MadeTimes,
  ): void {
    if (made) {
      this.#note('accepted', acceptedAtMs, made.chosenAtMs);
      this.#note('wrapped', made.chosenAtMs, made.wrappedAtMs);
      this.#note('sent', made.wrappedAtMs, lentAtMs);
    }
    this.#note('queued', acceptedAtMs, lentAtMs);
    this.#note('woken', lentAtMs, wokenAtMs);
    this.#note('begun', wokenAtMs, startedAtMs);
    this.#note('total', acceptedAtMs, startedAtMs);
  }

  /** @param times of a client that its thread has accepted itself, and served */
  recordReported(acceptedAtMs: number, { wokenAtMs, startedAtMs }: HandOffTimes): void {
    this.#note('sent', acceptedAtMs, wokenAtMs);
    this.#note('begun', wokenAtMs, startedAtMs);
    this.#note('total', acceptedAtMs, startedAtMs);
  }

  describe(): HandOffView {
    return Object.fromEntries(
      [...this.#histograms].map(([stage, histogram]) => [stage, histogram.toJSON()]),
    ) as Record<Stage, HandOffView[Stage]>;
  }

  #note(stage: Stage, fromMs: number, toMs: number): void {
    this.#histograms.get(stage)?.record((toMs - fromMs) * 1e6);
  }
}
