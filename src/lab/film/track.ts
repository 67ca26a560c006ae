/**
 * A value over the time of a recording: only its changes are kept. Pure. film.ts fills tracks.
 */

/** From this time on, in ms since the first frame, the value is this one. */
interface Change<T> {
  readonly atMs: number;
  readonly value: T;
}

/** A part of the recording, in ms since its first frame. */
export type Span = readonly [fromMs: number, toMs: number];

/** A text of which only numbers have changed is written again after this time, in ms. */
const NUMBERS_EVERY_MS = 300;

export class Track<T> {
  readonly #changes: Change<T>[] = [];

  /** Values come in the order of time. */
  set(atMs: number, value: T): void {
    const last = this.#changes.at(-1);
    if (last?.value !== value) this.#changes.push({ atMs, value });
  }

  /** Its value at this time; undefined before the first. */
  at(atMs: number): T | undefined {
    return this.#changes.findLast((change) => change.atMs <= atMs)?.value;
  }

  /** When it has each of its values, until the end of the recording. */
  spans(lengthMs: number): ReadonlyMap<T, readonly Span[]> {
    const spans = new Map<T, Span[]>();
    this.#changes.forEach(({ atMs, value }, index) => {
      const span: Span = [atMs, this.#changes[index + 1]?.atMs ?? lengthMs];
      spans.set(value, [...(spans.get(value) ?? []), span]);
    });
    return spans;
  }
}

/** A text that can be read although its numbers run. */
export class TextTrack extends Track<string> {
  #shown = '';
  #shownAtMs = -Infinity;

  override set(atMs: number, text: string): void {
    const isRunning = withoutNumbers(text) === withoutNumbers(this.#shown);
    if (text === this.#shown || (isRunning && atMs - this.#shownAtMs < NUMBERS_EVERY_MS)) return;
    this.#shown = text;
    this.#shownAtMs = atMs;
    super.set(atMs, text);
  }
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '');
}
