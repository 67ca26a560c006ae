/**
 * Tells main that some mailboxes have settled, or that some calls wait for an answer: one message
 * for all that did so before main looked. Under load, a message for each served client would cost
 * main more than closing its descriptor.
 */
const DOORBELL_BYTES = 128;

export class Doorbell {
  readonly buffer: SharedArrayBuffer;
  readonly #notified: Int32Array;

  /** @param buffer of the doorbell on the other threads; without it, the doorbell is new */
  constructor(buffer = new SharedArrayBuffer(DOORBELL_BYTES)) {
    this.buffer = buffer;
    this.#notified = new Int32Array(buffer, 0, 1);
  }

  /**
   * Client thread, after settling or calling.
   * @returns whether the thread must send main a message: none is on its way
   */
  notify(): boolean {
    return Atomics.exchange(this.#notified, 0, 1) === 0;
  }

  /**
   * Main thread, before it looks: a thread that settles from now on notifies again, so none is
   * overlooked.
   */
  clear(): void {
    Atomics.store(this.#notified, 0, 0);
  }
}
