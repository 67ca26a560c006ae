/**
 * The load clients' requests: a token that no other client and no other request of the same client has.
 *
 * An answer that reached the wrong client, or came twice, therefore differs in its bytes and is found. Text
 * without control characters, ended by a newline, so that services working by lines can be loaded as well:
 *
 *     sequence (5) | client (3) | filler, different per client | sequence (5) | \n
 *
 * One arena holds all requests and is allocated once: a new request rewrites ten bytes and allocates nothing.
 * Part of the generator's hot path; clients.ts uses it.
 */
import { addressOf } from '../src/libc.js';
import type { Exchange } from './exchange.js';
import { MIN_MESSAGE_BYTES } from './protocol.js';

const SEQUENCE_BYTES = 5;
const CLIENT_BYTES = 3;
/** Six bits a byte, as '0' (0x30) to 'o' (0x6f). */
const FIRST_DIGIT = 0x30;
const NEWLINE = 10;

export class Tokens implements Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #address: number;
  readonly #sequences: Int32Array;
  readonly #messageBytes: number;
  /** Requests start at multiples of 8, so that they can be compared by words. */
  readonly #stride: number;

  constructor(clients: number, messageBytes: number) {
    if (messageBytes < MIN_MESSAGE_BYTES)
      throw new Error(`a message has at least ${MIN_MESSAGE_BYTES} bytes`);
    this.requestBytes = this.replyBytes = this.#messageBytes = messageBytes;
    this.#stride = Math.ceil(messageBytes / 8) * 8;
    this.#bytes = new Uint8Array(clients * this.#stride);
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#address = addressOf(this.#bytes);
    this.#sequences = new Int32Array(clients);
    for (let client = 0; client < clients; client++) this.#fill(client);
  }

  addressOf(client: number): number {
    return this.#address + client * this.#stride;
  }

  advance(client: number): void {
    const sequence = ((this.#sequences[client] ?? 0) + 1) & 0x3fffffff;
    this.#sequences[client] = sequence;
    const start = client * this.#stride;
    writeDigits(this.#bytes, start, SEQUENCE_BYTES, sequence);
    writeDigits(this.#bytes, start + this.#messageBytes - 1 - SEQUENCE_BYTES, SEQUENCE_BYTES, sequence);
  }

  /** The client's number in the token that stands at `start`; what stands there may be anything. */
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
    for (let index = 0; index < this.#messageBytes; index++) {
      this.#bytes[start + index] = FIRST_DIGIT + ((client * 7 + index * 11) & 63);
    }
    writeDigits(this.#bytes, start + SEQUENCE_BYTES, CLIENT_BYTES, client);
    this.#bytes[start + this.#messageBytes - 1] = NEWLINE;
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
