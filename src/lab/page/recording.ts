/**
 * The last two minutes of frames. Pure. JSON takes a fraction of the memory of its objects, so a frame
 * is kept as it came, and parsed when it is looked at.
 */
import type { Frame } from '../protocol.js';

/** How much is kept, and how close the frames are, in ms. */
export const RECORDED_MS = 120_000;
export const RECORDED_EVERY_MS = 100;

interface Recorded {
  readonly atMs: number;
  readonly text: string;
}

export class Recording {
  readonly #frames: Recorded[] = [];

  get count(): number {
    return this.#frames.length;
  }

  /** When the first frame was made; undefined: there is none. */
  get fromMs(): number | undefined {
    return this.#frames[0]?.atMs;
  }

  /** @param text the frame's JSON */
  add(atMs: number, text: string): void {
    const last = this.#frames.at(-1);
    // Another lab at the same address has begun at 0.
    if (last && last.atMs > atMs) this.#frames.length = 0;
    else if (last && atMs - last.atMs < RECORDED_EVERY_MS) return;
    this.#frames.push({ atMs, text });
    const old = this.#frames.findIndex((one) => one.atMs >= atMs - RECORDED_MS);
    if (old > 0) this.#frames.splice(0, old);
  }

  /** The frame at this time: the last one before it, or the first; undefined: there is none. */
  at(atMs: number): Frame | undefined {
    const found = this.#frames.findLast((one) => one.atMs <= atMs) ?? this.#frames[0];
    return found && (JSON.parse(found.text) as Frame);
  }
}
