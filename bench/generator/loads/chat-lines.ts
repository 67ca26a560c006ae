/**
 * The lines that chat members send, and how a receiver recognises them.
 *
 * On the generator's hot path: millions of lines arrive per second, so no line becomes a string.
 * All names have one length, so all delivered lines (`abcdef: ` and a payload) have one length,
 * too, and are compared by words in the receive buffer. The payload says who sent it.
 * chat-members.ts uses this.
 */
import { EchoPayloads } from '../sockets/echo-payloads.js';

const NAME_BYTES = 6;
const PREFIX_BYTES = NAME_BYTES + 2;
/** Eight letters, so that three of them encode nine bits. No server rejects them as look-alikes. */
const LETTERS = 'abcdefgh';
let sets = 0;

export class ChatLines {
  /** The length of a delivered line. */
  readonly deliveredBytes: number;
  /** The prefix of all names of this set. The server may still list members of the previous set. */
  readonly tag = letters(sets++);
  readonly #count: number;
  readonly #messageBytes: number;
  readonly #payloads: EchoPayloads;
  readonly #names: readonly string[];
  readonly #prefixWords: Int32Array;

  /** @throws Error for an invalid message size */
  constructor(count: number, messageBytes: number) {
    this.deliveredBytes = PREFIX_BYTES + messageBytes;
    this.#count = count;
    this.#messageBytes = messageBytes;
    this.#payloads = new EchoPayloads(count, messageBytes);
    this.#names = Array.from({ length: count }, (_, member) => this.tag + letters(member));
    const prefixes = Buffer.from(this.#names.map((name) => `${name}: `).join(''));
    this.#prefixWords = new Int32Array(new Uint8Array(prefixes).buffer);
  }

  nameOf(member: number): string {
    return this.#names[member] ?? '';
  }

  /** Gives the member its next line. @returns the memory address of the line */
  advance(member: number): number {
    this.#payloads.advance(member);
    return this.#payloads.addressOf(member);
  }

  /**
   * The member whose current line is in `bytes` at `start`; undefined if it is no such line.
   *
   * @param words the same memory as `bytes`
   */
  senderOf(bytes: Uint8Array, words: Int32Array, start: number): number | undefined {
    const payloadStart = start + PREFIX_BYTES;
    const sender = this.#payloads.clientAt(bytes, payloadStart);
    if (sender < 0 || sender >= this.#count) return undefined;
    for (let word = 0; word < PREFIX_BYTES / 4; word++) {
      if (words[(start >> 2) + word] !== this.#prefixWords[(sender * PREFIX_BYTES) / 4 + word])
        return undefined;
    }
    return this.#payloads.matches(sender, 0, this.#messageBytes, bytes, words, payloadStart)
      ? sender
      : undefined;
  }
}

/** Encodes a number below 512 as three letters. */
function letters(value: number): string {
  const base = LETTERS.length;
  return [64, 8, 1].map((place) => LETTERS[Math.floor(value / place) % base]).join('');
}
