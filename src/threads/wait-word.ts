/**
 * A word of shared memory on which a thread waits, for mailbox.ts and calls.ts. Used on both sides.
 *
 * Linux's futex(2) where this project knows how to call it, else Atomics.
 */
import { addressOf } from '../base/libc/call.js';
import { bindFutex } from '../base/libc/futex.js';
import { waitWhile } from './wait-while.js';

const futex = bindFutex();

export class WaitWord {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #address: number;

  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
    this.#address = futex
      ? addressOf(new Uint8Array(words.buffer, words.byteOffset + 4 * index, 4))
      : 0;
  }

  /**
   * Blocks the thread as long as the word is `value`. Terminating the thread does not end this;
   * waking it does.
   */
  waitWhile(value: number): void {
    if (!futex) {
      waitWhile(this.#words, this.#index, value);
      return;
    }
    while (Atomics.load(this.#words, this.#index) === value) futex.wait(this.#address, value);
  }

  /**
   * The same, at most `ms` milliseconds, less than a thousand, or a little less.
   * @returns whether the word has another value by now
   */
  waitBrieflyWhile(value: number, ms: number): boolean {
    if (Atomics.load(this.#words, this.#index) === value) {
      if (futex) futex.waitBriefly(this.#address, value, ms);
      else Atomics.wait(this.#words, this.#index, value, ms);
    }
    return Atomics.load(this.#words, this.#index) !== value;
  }

  /**
   * Wakes the thread that waits, after the word has been changed.
   * @returns whether a thread waited
   */
  wake(): boolean {
    return (futex ? futex.wake(this.#address) : Atomics.notify(this.#words, this.#index)) > 0;
  }
}
