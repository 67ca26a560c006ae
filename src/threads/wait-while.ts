/** Waiting on a word of shared memory, for mailbox.ts and calls.ts. */

/**
 * Blocks the thread as long as the word at `index` is `state`. Woken is not enough: the other side first stores a new
 * state and then notifies, and in between this thread can have seen the state without waiting, have dealt with it,
 * and be waiting again; the notification then wakes it for nothing.
 */
export function waitWhile(words: Int32Array, index: number, state: number): void {
  while (Atomics.load(words, index) === state) Atomics.wait(words, index, state);
}
