/** Bytes that grow at their end. Appending costs amortized constant time, also for many pieces. */

const FIRST_CAPACITY = 4096;

export class GrowingBytes {
  #room = Buffer.alloc(FIRST_CAPACITY);
  #length = 0;

  /** A view of the bytes so far. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#room.length) {
      const room = Buffer.alloc(Math.max(length, 2 * this.#room.length));
      this.bytes.copy(room);
      this.#room = room;
    }
    piece.copy(this.#room, this.#length);
    this.#length = length;
  }
}
