/**
 * The animations of a film as CSS: keyframes, each written once however many elements use it. Pure.
 */
import type { Span } from './track.js';

/** The declarations at these times, in ms, such as `opacity:0`. */
export interface Keyframe {
  readonly atMs: readonly number[];
  readonly css: string;
}

export class Stylesheet {
  readonly #lengthMs: number;
  readonly #names = new Map<string, string>();

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** The name of an animation with these keyframes. */
  nameOf(keyframes: readonly Keyframe[]): string {
    const body = keyframes
      .map(({ atMs, css }) => `${atMs.map((ms) => this.#percent(ms)).join()}{${css}}`)
      .join('');
    return this.#named(body);
  }

  /** The name of an animation that shows its element in these spans only; stepped. */
  shownIn(spans: readonly Span[]): string {
    const percents = spans.map((span) => span.map((ms) => this.#percent(ms)) as [string, string]);
    const on = percents.map(([from]) => from);
    const off = percents.map(([, to]) => to).filter((to) => to !== '100%' && !on.includes(to));
    if (!on.includes('0%')) off.unshift('0%');
    const hidden = off.length === 0 ? '' : `${off.join()}{visibility:hidden}`;
    return this.#named(`${hidden}${on.join()}{visibility:visible}`);
  }

  toString(): string {
    return [...this.#names].map(([body, name]) => `@keyframes ${name}{${body}}`).join('\n');
  }

  #named(body: string): string {
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const name = `k${this.#names.size.toString(36)}`;
    this.#names.set(body, name);
    return name;
  }

  #percent(ms: number): string {
    return `${Number(((ms / this.#lengthMs) * 100).toFixed(2))}%`;
  }
}
