/**
 * What the main thread of a row's server does, as far as it shows: it turns while its snapshots
 * come. A main that is silent is looked at from outside, in /proc. The lab's main thread.
 */
import type { BriefSnapshot } from '../../admin/snapshot.js';
import { lookAtSilent } from '../../clients/watch/silence.js';
import type { MainView } from '../protocol.js';
import { SNAPSHOT_EVERY_MS } from './server-process.js';

/** Without a snapshot for this long, /proc is asked what main does. */
const SILENT_MS = 2 * SNAPSHOT_EVERY_MS;
const TURNING: MainView = { doing: 'turning', sinceMs: 0, by: [] };

export class MainLook {
  readonly #toLabMs: (atMs: number) => number;
  #view = TURNING;
  #lastTurnAtMs = 0;

  /** @param toLabMs puts a time of the monotonic clock on the clock of the frames */
  constructor(toLabMs: (atMs: number) => number) {
    this.#toLabMs = toLabMs;
  }

  get view(): MainView {
    return this.#view;
  }

  /** It turns, as a snapshot shows, or a start. */
  onTurn(nowMs: number): void {
    this.#lastTurnAtMs = nowMs;
    this.#view = TURNING;
  }

  /** It is known to be stopped: paused, or dead. */
  onStop(nowMs: number): void {
    this.#view = { doing: 'stopped', sinceMs: this.#toLabMs(nowMs), by: [] };
  }

  /**
   * @param snapshot the last one
   * @param computing the clients whose requests may compute, of those that had asked by a time
   * @returns whether main is seen not to turn
   */
  look(
    snapshot: BriefSnapshot,
    nowMs: number,
    computing: (beforeMs: number) => readonly number[],
  ): boolean {
    const silentMs = nowMs - this.#lastTurnAtMs;
    if (silentMs < SILENT_MS) return false;
    const { main: doing } = lookAtSilent(snapshot, silentMs);
    // In a call for this moment only: it has turned, and the snapshot is on its way.
    if (doing === 'in a call') return false;
    this.#view = {
      doing,
      sinceMs: this.#view.sinceMs || this.#toLabMs(this.#lastTurnAtMs),
      by: doing === 'computing' ? computing(this.#lastTurnAtMs + SILENT_MS) : [],
    };
    return true;
  }
}
