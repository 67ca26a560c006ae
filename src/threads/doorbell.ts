/**
 * Tells main which mailboxes have settled, and which calls wait for an answer: one message for all
 * that did so before main looked. Under load, a message for each served client would cost main more
 * than closing its descriptor; looking at every mailbox costs as much as some sends.
 *
 * Shared memory: a word that is 1 while a message is on its way, then a bit for each place.
 */
const NOTIFIED = 0;
const FIRST = 1;
const BITS = 32;

/** Main thread. `Caller` is what main knows of a thread that rings. */
export class Doorbell<Caller> {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  /** By place. */
  readonly #callers: (Caller | undefined)[];

  /** @param most how many threads have a place at a time */
  constructor(most: number) {
    const words = FIRST + Math.ceil(most / BITS);
    this.buffer = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
    this.#callers = new Array<Caller | undefined>(most).fill(undefined);
  }

  /** @returns the place of the caller's thread */
  add(caller: Caller): number {
    const place = this.#callers.indexOf(undefined);
    if (place === -1) throw new Error('the doorbell has no free place');
    this.#callers[place] = caller;
    return place;
  }

  /** The caller's thread is dead, and what it rang for has been dealt with. */
  remove(caller: Caller): void {
    this.#callers[this.#callers.indexOf(caller)] = undefined;
  }

  /** Those who have rung since the last call. One that rings from now on sends another message. */
  take(): Caller[] {
    const callers: Caller[] = [];
    Atomics.store(this.#words, NOTIFIED, 0);
    for (let word = FIRST; word < this.#words.length; word++) {
      let bits = Atomics.exchange(this.#words, word, 0);
      for (; bits !== 0; bits &= bits - 1) {
        const place = BITS * (word - FIRST) + BITS - 1 - Math.clz32(bits & -bits);
        const caller = this.#callers[place];
        if (caller !== undefined) callers.push(caller);
      }
    }
    return callers;
  }
}

/**
 * Client thread, after settling or calling.
 * @returns whether the thread must send main a message: none is on its way
 */
export function ring(buffer: SharedArrayBuffer, place: number): boolean {
  const words = new Int32Array(buffer);
  Atomics.or(words, FIRST + Math.floor(place / BITS), 1 << place % BITS);
  return Atomics.exchange(words, NOTIFIED, 1) === 0;
}
