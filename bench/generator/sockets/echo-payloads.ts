/**
 * The requests of echo clients: payloads that are unique among clients and requests.
 *
 * So an answer that reached the wrong client, or came twice, differs in its bytes. A payload is
 * text without control characters that ends in a newline, so line-based services can be loaded as
 * well:
 *
 *     sequence (5) | client (3) | filler, different per client | sequence (5) | \n
 *
 * In a long message the sequence repeats every 4 KiB, which reveals a piece of an older message.
 * The filler never repeats, which reveals swapped pieces. A short message has what fits, from the
 * left, and the newline from 2 bytes on:
 *
 *     bytes   different payloads of a client   another client's answer is detected
 *     1, 2    64                               but for once in 64
 *     3       2^12                             but for once in 2^12
 *     4       2^18                             but for once in 2^18
 *     5       2^24                             but for once in 2^24
 *     6 … 8   2^30                             almost always
 *     9 …     2^30                             always
 *
 * A changed byte and an answer to the previous request are detected at every size. One arena holds
 * all requests, so a new request rewrites a few bytes and allocates nothing. On the generator's hot
 * path; clients.ts uses it.
 */
import { addressOf } from '../../../src/base/libc/call.js';
import type { Exchange } from './exchange.js';

const SEQUENCE_BYTES = 5;
const SEQUENCES = 0x3fffffff;
const CLIENT_BYTES = 3;
/** The smallest payload that has all its parts. */
export const FULL_PAYLOAD_BYTES = SEQUENCE_BYTES + CLIENT_BYTES + SEQUENCE_BYTES + 1;
const LARGEST_MESSAGE_BYTES = 2 ** 30;
const STAMP_EVERY_BYTES = 4096;
/**
 * From this length on, a native call compares faster than a loop, which needs bytes at odd offsets.
 */
const NATIVE_COMPARE_BYTES = 1024;
/** A digit has six bits, as a byte from '0' (0x30) to 'o' (0x6f). */
const FIRST_DIGIT = 0x30;
const NEWLINE = 10;

export class EchoPayloads implements Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #buffer: Buffer;
  readonly #address: number;
  readonly #sequences: Int32Array;
  readonly #messageBytes: number;
  readonly #headDigits: number;
  /** The offset of the last sequence in a message; negative if the only one is at its start. */
  readonly #tailOffset: number;
  /** The distance between two requests: a multiple of 8, so that they can be compared by words. */
  readonly #stride: number;

  /** @throws Error unless `messageBytes` is an integer from 1 to 2^30 */
  constructor(clients: number, messageBytes: number) {
    if (
      !Number.isInteger(messageBytes) ||
      messageBytes < 1 ||
      messageBytes > LARGEST_MESSAGE_BYTES
    ) {
      throw new Error(`a message has 1 to ${LARGEST_MESSAGE_BYTES} bytes, not ${messageBytes}`);
    }
    this.requestBytes = this.replyBytes = this.#messageBytes = messageBytes;
    this.#headDigits = Math.max(1, Math.min(SEQUENCE_BYTES, messageBytes - 1));
    this.#tailOffset = messageBytes < FULL_PAYLOAD_BYTES ? -1 : messageBytes - 1 - SEQUENCE_BYTES;
    this.#stride = Math.ceil(messageBytes / 8) * 8;
    this.#bytes = new Uint8Array(clients * this.#stride);
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#buffer = Buffer.from(this.#bytes.buffer);
    this.#address = addressOf(this.#bytes);
    this.#sequences = new Int32Array(clients);
    for (let client = 0; client < clients; client++) this.#fill(client);
  }

  addressOf(client: number): number {
    return this.#address + client * this.#stride;
  }

  advance(client: number): void {
    const sequence = ((this.#sequences[client] ?? 0) + 1) & SEQUENCES;
    this.#sequences[client] = sequence;
    const start = client * this.#stride;
    const tailOffset = this.#tailOffset;
    writeDigits(this.#bytes, start, this.#headDigits, sequence);
    if (tailOffset < 0) return;
    writeDigits(this.#bytes, start + tailOffset, SEQUENCE_BYTES, sequence);
    for (let offset = STAMP_EVERY_BYTES; offset < tailOffset; offset += STAMP_EVERY_BYTES) {
      writeDigits(this.#bytes, start + offset, SEQUENCE_BYTES, sequence);
    }
  }

  /** The byte at this place of the client's current request. */
  byteAt(client: number, index: number): number {
    return this.#bytes[client * this.#stride + index] ?? 0;
  }

  /**
   * The client number in the payload at `start`. Any value, also negative, if there is no payload.
   */
  clientAt(bytes: Uint8Array, start: number): number {
    let client = 0;
    for (let index = CLIENT_BYTES - 1; index >= 0; index--) {
      client = client * 64 + (bytes[start + SEQUENCE_BYTES + index] ?? 0) - FIRST_DIGIT;
    }
    return client;
  }

  /** @param replyStart where the answer begins in `reply` */
  matches(
    client: number,
    offset: number,
    length: number,
    reply: Uint8Array,
    replyWords: Int32Array,
    replyStart = 0,
  ): boolean {
    const start = client * this.#stride + offset;
    if (length >= NATIVE_COMPARE_BYTES) {
      return (
        this.#buffer.compare(reply, replyStart, replyStart + length, start, start + length) === 0
      );
    }
    let index = 0;
    if (((start | replyStart) & 3) === 0) {
      const words = this.#words;
      const firstWord = start >> 2;
      const firstReplyWord = replyStart >> 2;
      const wordCount = length >> 2;
      for (let word = 0; word < wordCount; word++) {
        if (words[firstWord + word] !== replyWords[firstReplyWord + word]) return false;
      }
      index = wordCount << 2;
    }
    for (; index < length; index++) {
      if (this.#bytes[start + index] !== reply[replyStart + index]) return false;
    }
    return true;
  }

  #fill(client: number): void {
    const start = client * this.#stride;
    const newline = start + this.#messageBytes - 1;
    // The product with an odd number spreads client numbers and keeps their last digits unique.
    const spread = Math.imul(client, 0x9e3779b1);
    this.#sequences[client] = spread & SEQUENCES;
    let state = spread;
    for (let index = start; index < newline; index++) {
      // A linear congruential generator (Numerical Recipes). Its upper bits are the good ones.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      this.#bytes[index] = FIRST_DIGIT + (state >>> 26);
    }
    const clientDigits = Math.min(CLIENT_BYTES, this.#messageBytes - 1 - SEQUENCE_BYTES);
    writeDigits(this.#bytes, start + SEQUENCE_BYTES, clientDigits, client);
    this.#bytes[newline] = NEWLINE;
    this.advance(client);
  }
}

function writeDigits(bytes: Uint8Array, start: number, length: number, value: number): void {
  let rest = value;
  for (let index = start; index < start + length; index++) {
    bytes[index] = FIRST_DIGIT + (rest & 63);
    rest >>>= 6;
  }
}
