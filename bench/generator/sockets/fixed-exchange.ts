/**
 * An exchange whose answer never changes: a line and its answer, or a page over HTTP. The request is
 * the same each time, or one of several that have the same answer and length, in turns.
 *
 * Such an answer looks the same for every client and every request, so a mix-up between them stays
 * undetected here; echo-payloads.ts detects mix-ups. On the generator's hot path.
 */
import { addressOf } from '../../../src/base/libc/call.js';
import type { Exchange } from './exchange.js';

/** A part of the answer that may have any content, in bytes from its start. */
interface Variable {
  readonly start: number;
  readonly end: number;
}

export class FixedExchange implements Exchange {
  readonly replyBytes: number;
  readonly #requests: readonly Uint8Array[];
  readonly #addresses: readonly number[];
  /** By client: which request is its current one. */
  readonly #turns: number[] = [];
  readonly #answer: Uint8Array;
  readonly #answerWords: Int32Array;
  readonly #variable: Variable;

  /** @param requests of one length */
  constructor(
    requests: readonly Uint8Array[],
    answer: Uint8Array,
    variable: Variable = { start: 0, end: 0 },
  ) {
    this.#requests = requests;
    this.#addresses = requests.map(addressOf);
    this.replyBytes = answer.length;
    this.#answer = new Uint8Array(Math.ceil(answer.length / 4) * 4);
    this.#answer.set(answer);
    this.#answerWords = new Int32Array(this.#answer.buffer);
    this.#variable = variable;
  }

  get requestBytes(): number {
    return this.#requests[0]?.length ?? 0;
  }

  addressOf(client: number): number {
    return this.#addresses[this.#turns[client] ?? 0] ?? 0;
  }

  advance(client: number): void {
    this.#turns[client] = ((this.#turns[client] ?? 0) + 1) % this.#addresses.length;
  }

  matches(
    _client: number,
    offset: number,
    length: number,
    reply: Uint8Array,
    replyWords: Int32Array,
  ): boolean {
    const variableEnd = this.#variable.end;
    if (offset > 0 || length < variableEnd) return this.#matchesBytes(offset, 0, length, reply);
    const firstWord = (variableEnd + 3) >> 2;
    const endWord = length >> 2;
    if (firstWord >= endWord) return this.#matchesBytes(0, 0, length, reply);
    for (let word = firstWord; word < endWord; word++) {
      if (this.#answerWords[word] !== replyWords[word]) return false;
    }
    return (
      this.#matchesBytes(0, 0, firstWord << 2, reply) &&
      this.#matchesBytes(0, endWord << 2, length, reply)
    );
  }

  /** Compares received bytes `start` to `end`; byte 0 is the answer's byte `offset`. */
  #matchesBytes(offset: number, start: number, end: number, reply: Uint8Array): boolean {
    const variable = this.#variable;
    for (let index = start; index < end; index++) {
      const position = offset + index;
      if (this.#answer[position] === reply[index]) continue;
      if (position < variable.start || position >= variable.end) return false;
    }
    return true;
  }
}
