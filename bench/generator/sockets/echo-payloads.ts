/**
 * The load clients' requests: a token that no other client and no other request of the same client has.
 *
 * An answer that reached the wrong client, or came twice, therefore differs in its bytes and is found. Text
 * without control characters, ended by a newline, so that services working by lines can be loaded as well:
 *
 *     sequence (5) | client (3) | filler, different per client | sequence (5) | \n
 *
 * A long message has the sequence also after every 4 KiB, so that a piece of an older one shows, and its filler never
 * repeats, so that exchanged pieces do. A short one has of this what fits, from the left, and the newline from 2 bytes on:
 *
 *     bytes   different tokens of a client   another client's answer is found
 *     1, 2    64                             63 times in 64
 *     3       4,096                          4,095 times in 4,096; with 4 and 5 bytes 64 and 4,096 times surer
 *     6 … 8   2^30                           as good as always
 *     9 …     2^30                           always
 *
 * A changed byte is found in all of them, and so is an answer to the request before: neighbours always differ.
 *
 * One arena holds all requests and is allocated once: a new request rewrites a few bytes and allocates nothing.
 * Part of the generator's hot path; clients.ts uses it.
 */
import { addressOf } from '../../../src/base/libc.js';
import type { Exchange } from './exchange.js';

const SEQUENCE_BYTES = 5;
const SEQUENCES = 0x3fffffff;
const CLIENT_BYTES = 3;
/** From here on a token has all its parts, and is unique from its first byte to its last. */
export const WHOLE_TOKEN_BYTES = SEQUENCE_BYTES + CLIENT_BYTES + SEQUENCE_BYTES + 1;
const LARGEST_MESSAGE_BYTES = 2 ** 30;
const STAMP_EVERY_BYTES = 4096;
/** From here on a call into native code compares faster than a loop here, which has to go by bytes at odd places. */
const NATIVE_COMPARE_BYTES = 1024;
/** Six bits a byte, as '0' (0x30) to 'o' (0x6f). */
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
  /** Where in a message the sequence stands last; negative if only at its start. */
  readonly #tailOffset: number;
  /** Requests start at multiples of 8, so that they can be compared by words. */
  readonly #stride: number;

  constructor(clients: number, messageBytes: number) {
    if (!Number.isInteger(messageBytes) || messageBytes < 1 || messageBytes > LARGEST_MESSAGE_BYTES) {
      throw new Error(`a message has 1 to ${LARGEST_MESSAGE_BYTES} bytes, not ${messageBytes}`);
    }
    this.requestBytes = this.replyBytes = this.#messageBytes = messageBytes;
    this.#headDigits = Math.max(1, Math.min(SEQUENCE_BYTES, messageBytes - 1));
    this.#tailOffset = messageBytes < WHOLE_TOKEN_BYTES ? -1 : messageBytes - 1 - SEQUENCE_BYTES;
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

  /** The client's number in the whole token that stands at `start`; what stands there may be anything. */
  clientIn(bytes: Uint8Array, start: number): number {
    let client = 0;
    for (let index = CLIENT_BYTES - 1; index >= 0; index--) {
      client = client * 64 + (bytes[start + SEQUENCE_BYTES + index] ?? 0) - FIRST_DIGIT;
    }
    return client;
  }

  /** Also for an answer that begins elsewhere than at the start of what was received. */
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
      return this.#buffer.compare(reply, replyStart, replyStart + length, start, start + length) === 0;
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
    // Multiplied by an odd number, different clients' numbers differ also in their last digits, and lie far apart.
    const spread = Math.imul(client, 0x9e3779b1);
    this.#sequences[client] = spread & SEQUENCES;
    let state = spread;
    for (let index = start; index < newline; index++) {
      // A linear congruential generator (Numerical Recipes' constants), of which the upper bits are the good ones.
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
