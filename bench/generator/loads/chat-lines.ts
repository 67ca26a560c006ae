/**
 * What the members of a chat say, and how each line of it is recognised by all who hear it.
 *
 * On the generator's hot path, where millions of lines come in a second, so a line never becomes a string: all names
 * have one length, so every line as it is heard (`abcdef: ` and a token) has one length, too, and is compared by words
 * where it was received. Whose line it is, stands in the token. chat-members.ts is built on this.
 */
import { EchoPayloads } from '../sockets/echo-payloads.js';

const NAME_BYTES = 6;
const PREFIX_BYTES = NAME_BYTES + 2;
/** Letters that no server takes for look-alikes, and so few that three of them are a number. */
const LETTERS = 'abcdefgh';
let sets = 0;

export class ChatLines {
  /** Of a line as it is heard. */
  readonly heardBytes: number;
  /** Of all names of this set, but of no other's: members of the last one may not all have been noticed to be gone. */
  readonly tag = letters(sets++);
  readonly #count: number;
  readonly #messageBytes: number;
  readonly #tokens: EchoPayloads;
  readonly #names: readonly string[];
  readonly #prefixWords: Int32Array;

  constructor(count: number, messageBytes: number) {
    this.heardBytes = PREFIX_BYTES + messageBytes;
    this.#count = count;
    this.#messageBytes = messageBytes;
    this.#tokens = new EchoPayloads(count, messageBytes);
    this.#names = Array.from({ length: count }, (_, member) => this.tag + letters(member));
    const prefixes = Buffer.from(this.#names.map((name) => `${name}: `).join(''));
    this.#prefixWords = new Int32Array(new Uint8Array(prefixes).buffer);
  }

  nameOf(member: number): string {
    return this.#names[member] ?? '';
  }

  /** Gives the member its next line. @returns where that is in memory */
  nextOf(member: number): number {
    this.#tokens.advance(member);
    return this.#tokens.addressOf(member);
  }

  /**
   * Whose current line stands whole at `start`; undefined if it is nobody's.
   *
   * @param words the same memory as `bytes`
   */
  senderOf(bytes: Uint8Array, words: Int32Array, start: number): number | undefined {
    const tokenStart = start + PREFIX_BYTES;
    const sender = this.#tokens.clientIn(bytes, tokenStart);
    if (sender < 0 || sender >= this.#count) return undefined;
    for (let word = 0; word < PREFIX_BYTES / 4; word++) {
      if (words[(start >> 2) + word] !== this.#prefixWords[(sender * PREFIX_BYTES) / 4 + word])
        return undefined;
    }
    return this.#tokens.matches(sender, 0, this.#messageBytes, bytes, words, tokenStart) ? sender : undefined;
  }
}

/** A number below 512 as three letters. */
function letters(value: number): string {
  const base = LETTERS.length;
  return [64, 8, 1].map((place) => LETTERS[Math.floor(value / place) % base]).join('');
}
