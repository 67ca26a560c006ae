/**
 * How far a worker has come with what main has sent it, in shared memory. Main reads it when a batch
 * comes from the worker, and when the worker has died: it then knows which clients the worker has
 * touched, though no message says so any more. Used on both sides.
 */
const BEGUN = 0;
const READ = 1;
const WORDS = 2;

export class Progress {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param buffer of the other thread; without it, it is new */
  constructor(buffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /**
   * Worker. It has its own descriptor of the next client that was handed to it, or could not get
   * one, and no longer needs main's. Comes before the handler's first instruction.
   */
  noteBegun(): void {
    Atomics.add(this.#words, BEGUN, 1);
  }

  /** How many of the clients that were handed to the worker it has begun with, in their order. */
  get begun(): number {
    return Atomics.load(this.#words, BEGUN);
  }

  /** Worker. It has obeyed all orders up to this batch. */
  noteRead(batch: number): void {
    Atomics.store(this.#words, READ, batch);
  }

  /** The number of the last batch that the worker has obeyed. */
  get read(): number {
    return Atomics.load(this.#words, READ);
  }
}
