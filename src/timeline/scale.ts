/** The axis of time of a picture: milliseconds from the origin to what the axis counts, and to pixels. */
import type { PlacedSection } from './placing.js';

/** In pixels: of the picture, and what is beside the axis. */
export const WIDTH_PX = 1120;
export const LEFT_MARGIN_PX = 92;
export const RIGHT_MARGIN_PX = 20;
/** From here on the axis is in seconds. */
const SECONDS_AXIS_FROM_MS = 2000;

export class Scale {
  readonly domain: [number, number];
  readonly label: string;
  readonly #msPerUnit: number;
  readonly #windowMs: readonly [number, number];

  constructor(placed: readonly PlacedSection[]) {
    const fromMs = Math.min(...placed.map(({ section }) => section.window?.fromMs ?? 0));
    const toMs = Math.max(
      ...placed.map(({ section, lastMs }) => Math.min(section.window?.toMs ?? Infinity, lastMs)),
      fromMs + 1,
    );
    this.#windowMs = [fromMs, toMs];
    this.#msPerUnit = toMs >= SECONDS_AXIS_FROM_MS ? 1000 : 1;
    this.domain = [this.at(fromMs), this.at(toMs)];
    this.label = `${this.#msPerUnit === 1 ? 'milliseconds' : 'seconds'} since the first client was accepted`;
  }

  /** Where the axis has this time, or its nearer end. */
  at(ms: number): number {
    return Math.min(this.#windowMs[1], Math.max(this.#windowMs[0], ms)) / this.#msPerUnit;
  }

  pixels(fromMs: number, toMs: number): number {
    return (
      ((this.at(toMs) - this.at(fromMs)) / (this.domain[1] - this.domain[0])) *
      (WIDTH_PX - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)
    );
  }

  /** The place on the axis that is so many pixels from the picture's left edge. */
  atPixel(x: number): number {
    const [from, to] = this.domain;
    return from + ((x - LEFT_MARGIN_PX) / (WIDTH_PX - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)) * (to - from);
  }
}
