/** A thread's side of the doorbell: see doorbell.ts. Client thread. */
import { MSG_NOSIGNAL, sendBytes } from '../base/libc/socket.js';
import { doorbellLayout as layout, type DoorbellPlace } from './protocol.js';

const BYTE = new Uint8Array(1);

export class DoorbellButton {
  readonly #words: Int32Array;
  readonly #fd: number;
  readonly #word: number;
  readonly #bit: number;

  constructor({ memory, fd, place }: DoorbellPlace) {
    this.#words = new Int32Array(memory);
    this.#fd = fd;
    this.#word = layout.firstPlaces + Math.floor(place / layout.placesPerWord);
    this.#bit = 1 << (place % layout.placesPerWord);
  }

  /** After settling or asking: main looks at what this thread has in its shared memory. */
  press(): void {
    Atomics.or(this.#words, this.#word, this.#bit);
    if (Atomics.exchange(this.#words, layout.isOnItsWay, 1) === 1) return;
    sendBytes(this.#fd, BYTE, BYTE.length, MSG_NOSIGNAL);
  }
}
