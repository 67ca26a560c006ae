/** The time axis of a picture: converts milliseconds from the origin to axis units and pixels. Pure. */
import type { PlacedSection } from './placing.js';

/** Width of the picture and of its margins, in pixels. */
export const WIDTH = 1120;
export const LEFT = 92;
export const RIGHT = 20;
/** The axis of a longer timeline is in seconds. */
const SECONDS_FROM_MS = 2000;

export class Scale {
  readonly domain: [number, number];
  readonly label: string;
  readonly #perUnitMs: number;
  readonly #window: readonly [number, number];

  constructor(placed: readonly PlacedSection[]) {
    const fromMs = Math.min(...placed.map(({ section }) => section.window?.fromMs ?? 0));
    const toMs = Math.max(
      ...placed.map(({ section, lastMs }) => Math.min(section.window?.toMs ?? Infinity, lastMs)),
      fromMs + 1,
    );
    this.#window = [fromMs, toMs];
    this.#perUnitMs = toMs >= SECONDS_FROM_MS ? 1000 : 1;
    this.domain = [this.at(fromMs), this.at(toMs)];
    this.label = `${this.#perUnitMs === 1 ? 'milliseconds' : 'seconds'} since the first client was accepted`;
  }

  /** Converts a time to axis units, limited to the ends of the axis. */
  at(ms: number): number {
    return Math.min(this.#window[1], Math.max(this.#window[0], ms)) / this.#perUnitMs;
  }

  /** Returns the width of a period in pixels. */
  pixels(fromMs: number, toMs: number): number {
    return ((this.at(toMs) - this.at(fromMs)) / (this.domain[1] - this.domain[0])) * (WIDTH - LEFT - RIGHT);
  }

  /** Converts a distance from the picture's left edge, in pixels, to axis units. */
  atPixel(x: number): number {
    const [from, to] = this.domain;
    return from + ((x - LEFT) / (WIDTH - LEFT - RIGHT)) * (to - from);
  }
}
