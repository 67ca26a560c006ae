/** Waiting on a word of shared memory, for wait-word.ts. Client thread. */

/**
 * Blocks the thread as long as the word at `index` is `state`.
 *
 * The loop is needed: the other side stores a new state first and notifies second. In between, this
 * thread can see the state without waiting, deal with it, and wait again; the late notification
 * then wakes it for nothing.
 */
export function waitWhile(words: Int32Array, index: number, state: number): void {
  while (Atomics.load(words, index) === state) Atomics.wait(words, index, state);
}
