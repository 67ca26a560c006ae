/**
 * Bytes that wait, in order: what a client has sent and its handler has not read, or what a client
 * was sent and has not read. Main thread; stream.ts and threads/leased-socket.ts use it.
 *
 *     push ──► [ shared chunk │ block │ block ▒▒▒ ] ──► first, shift
 *                                       └ small chunks are copied behind each other
 *
 * Its size is the memory that it keeps, not the number of bytes: a chunk of one byte would keep
 * some hundred bytes of objects, or the slab of 8 kB that it is a part of. So small chunks are
 * copied together. Other chunks are kept as they are, and many queues can share one.
 */

/** Smaller chunks are copied. */
export const SMALL_BYTES = 512;
/** Node takes the memory of smaller buffers from slabs. */
const NO_SLAB_BYTES = 4096;
const LEAST_BLOCK_BYTES = 1024;
const MOST_BLOCK_BYTES = 64 * 1024;
/** What a chunk keeps beside its bytes: a view, its buffer, and the buffer's own record. */
const CHUNK_BYTES = 256;

export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  /** The memory that each chunk keeps. */
  readonly #costs: number[] = [];
  /** How much of the first chunk has been removed. */
  #offset = 0;
  /** The last chunk, if small chunks may be copied behind what is in it. */
  #block: Uint8Array | undefined;
  #blockUsed = 0;
  #keptBytes = 0;

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  /** The memory that it keeps. A chunk that several queues share counts in each. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The bytes that come next; undefined if there are none. */
  get first(): Uint8Array | undefined {
    const [first] = this.#chunks;
    if (first === undefined) return undefined;
    const end = this.#firstEnd(first);
    return this.#offset === 0 && end === first.length ? first : first.subarray(this.#offset, end);
  }

  /** Adds bytes. The caller does not change them any more. */
  push(bytes: Uint8Array): void {
    const { length } = bytes;
    const isOwner = length === bytes.buffer.byteLength;
    // Most input is a single chunk, which is read at once.
    const isKept = isOwner ? length >= SMALL_BYTES || this.isEmpty : length >= NO_SLAB_BYTES;
    if (isKept) this.#append(bytes);
    else if (length > 0) this.#copy(bytes);
  }

  /** Removes so many bytes of {@link first}. */
  shift(count: number): void {
    const [first] = this.#chunks;
    if (first === undefined) return;
    this.#offset += count;
    if (this.#offset < this.#firstEnd(first)) return;
    this.#chunks.shift();
    this.#keptBytes -= this.#costs.shift() ?? 0;
    this.#offset = 0;
    if (this.isEmpty) this.#block = undefined;
  }

  clear(): void {
    this.#chunks.length = this.#costs.length = 0;
    this.#offset = this.#keptBytes = 0;
    this.#block = undefined;
  }

  #firstEnd(first: Uint8Array): number {
    return first === this.#block ? this.#blockUsed : first.length;
  }

  #copy(bytes: Uint8Array): void {
    if (this.#block === undefined || this.#block.length - this.#blockUsed < bytes.length) {
      this.#append(this.#newBlock(bytes.length));
      this.#block = this.#chunks.at(-1);
      this.#blockUsed = 0;
    }
    this.#block?.set(bytes, this.#blockUsed);
    this.#blockUsed += bytes.length;
  }

  /** Blocks grow with the queue, so that a short queue keeps little and a long one has few. */
  #newBlock(leastBytes: number): Uint8Array {
    const wanted = Math.max(leastBytes, LEAST_BLOCK_BYTES, this.#keptBytes);
    return Buffer.allocUnsafeSlow(Math.min(MOST_BLOCK_BYTES, wanted));
  }

  #append(chunk: Uint8Array): void {
    // The rest of the last block stays unused.
    if (this.#block)
      this.#chunks[this.#chunks.length - 1] = this.#block.subarray(0, this.#blockUsed);
    this.#block = undefined;
    this.#chunks.push(chunk);
    const costBytes = chunk.length + CHUNK_BYTES;
    this.#costs.push(costBytes);
    this.#keptBytes += costBytes;
  }
}
