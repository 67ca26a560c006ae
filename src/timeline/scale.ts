/**
 * The time axis of a picture: converts milliseconds from the origin into the axis' unit and pixels.
 */
import type { PictureStyle, PlacedSection } from './placing.js';

/** The margins on both sides of the axis. */
export const LEFT_MARGIN_PX = 92;
export const RIGHT_MARGIN_PX = 20;
/** An axis that ends at this time or later counts seconds; a shorter one counts milliseconds. */
const SECONDS_AXIS_FROM_MS = 2000;

/** One axis for all sections of a picture, from the earliest window's start to the latest end. */
export class Scale {
  readonly domain: [number, number];
  readonly label: string;
  readonly #msPerUnit: number;
  readonly #windowMs: readonly [number, number];

  readonly #widthPx: number;

  constructor(placed: readonly PlacedSection[], style: PictureStyle) {
    this.#widthPx = style.widthPx - LEFT_MARGIN_PX - RIGHT_MARGIN_PX;
    const fromMs = Math.min(...placed.map(({ section }) => section.window?.fromMs ?? 0));
    const toMs = Math.max(
      ...placed.map(({ section, lastMs }) => Math.min(section.window?.toMs ?? Infinity, lastMs)),
      fromMs + 1,
      style.toMs ?? 0,
    );
    this.#windowMs = [fromMs, toMs];
    this.#msPerUnit = toMs >= SECONDS_AXIS_FROM_MS ? 1000 : 1;
    this.domain = [this.at(fromMs), this.at(toMs)];
    this.label = `${this.#msPerUnit === 1 ? 'milliseconds' : 'seconds'} since the first client arrived`;
  }

  /** Returns the axis value of a time; a time outside of the axis gives the nearer end. */
  at(ms: number): number {
    return Math.min(this.#windowMs[1], Math.max(this.#windowMs[0], ms)) / this.#msPerUnit;
  }

  /** Returns the distance in pixels between two times. */
  pixels(fromMs: number, toMs: number): number {
    return ((this.at(toMs) - this.at(fromMs)) / (this.domain[1] - this.domain[0])) * this.#widthPx;
  }

  /** Returns the axis value at a distance in pixels from the picture's left edge. */
  atPixel(x: number): number {
    const [from, to] = this.domain;
    return from + ((x - LEFT_MARGIN_PX) / this.#widthPx) * (to - from);
  }
}
