/**
 * What the destinations of all threads share: the number of lost lines, and the generation of the
 * log file, which a rotation raises. Any thread; client threads get main's with their settings.
 */
const LOST = 0;
const GENERATION = 1;

export class LogShare {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** Lines that no thread could write, since the start. */
  get lost(): number {
    return Atomics.load(this.#words, LOST) >>> 0;
  }

  lose(lines: number): void {
    Atomics.add(this.#words, LOST, lines);
  }

  get generation(): number {
    return Atomics.load(this.#words, GENERATION);
  }

  /** Lets each destination reopen its file before its next line. */
  raiseGeneration(): void {
    Atomics.add(this.#words, GENERATION, 1);
  }
}

/** Of the main thread: one process has one log. */
export const ownShare = new LogShare();
