/**
 * The time axis of a picture: converts milliseconds from the origin into the axis' unit and pixels.
 */
import type { PlacedSection } from './placing.js';

/** The width of the picture and of the margins on both sides of the axis. */
export const WIDTH_PX = 1120;
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

  /** Returns the axis value of a time; a time outside of the axis gives the nearer end. */
  at(ms: number): number {
    return Math.min(this.#windowMs[1], Math.max(this.#windowMs[0], ms)) / this.#msPerUnit;
  }

  /** Returns the distance in pixels between two times. */
  pixels(fromMs: number, toMs: number): number {
    return (
      ((this.at(toMs) - this.at(fromMs)) / (this.domain[1] - this.domain[0])) *
      (WIDTH_PX - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)
    );
  }

  /** Returns the axis value at a distance in pixels from the picture's left edge. */
  atPixel(x: number): number {
    const [from, to] = this.domain;
    return (
      from + ((x - LEFT_MARGIN_PX) / (WIDTH_PX - LEFT_MARGIN_PX - RIGHT_MARGIN_PX)) * (to - from)
    );
  }
}
