/**
 * What the clients of `web` ask: the same page each time. A right answer equals the first one, byte for byte, but for
 * the value of its Date header, which has a fixed length.
 *
 * The first answer is learned over a connection of its own and checked in full: its status, its Content-Length, and
 * its body against the file. A server whose other headers change from answer to answer is reported as wrong.
 */
import { addressOf } from '../../../src/base/libc.js';
import { askOnce } from './ask-once.js';
import type { Exchange } from './exchange.js';
import { PAGE_PATH, readPage } from '../../lib/page.js';

const LEARN_LIMIT_MS = 2000;
const LARGEST_HEAD_BYTES = 4096;
const HEAD_END = '\r\n\r\n';

export class WebExchange implements Exchange {
  readonly replyBytes: number;
  readonly #request: Uint8Array;
  readonly #requestAddress: number;
  readonly #reply: Uint8Array;
  readonly #replyWords: Int32Array;
  /** Where the value of Date begins and ends: there an answer may differ. Both 0 if it has none. */
  readonly #dateStart: number;
  readonly #dateEnd: number;

  private constructor(request: Uint8Array, firstAnswer: Uint8Array) {
    this.#request = request;
    this.#requestAddress = addressOf(request);
    this.replyBytes = firstAnswer.length;
    this.#reply = new Uint8Array(Math.ceil(firstAnswer.length / 4) * 4);
    this.#reply.set(firstAnswer);
    this.#replyWords = new Int32Array(this.#reply.buffer);
    const text = Buffer.from(firstAnswer).toString('latin1');
    const date = /\r\ndate: *([^\r]*)/i.exec(text.slice(0, text.indexOf(HEAD_END)));
    this.#dateEnd = date === null ? 0 : date.index + date[0].length;
    this.#dateStart = this.#dateEnd - (date?.[1]?.length ?? 0);
  }

  /** Asks once. Throws, and says why, unless the answer is the page. */
  static learn(port: number): WebExchange {
    const request = Buffer.from(`GET ${PAGE_PATH} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    const page = readPage();
    const answer = askOnce({
      port,
      request,
      whom: 'the web server',
      limitMs: LEARN_LIMIT_MS,
      mostBytes: LARGEST_HEAD_BYTES + page.length,
      whole: (bytes) => wholeAnswer(bytes, page),
    });
    return new WebExchange(request, answer);
  }

  get requestBytes(): number {
    return this.#request.length;
  }

  /** Every client has the same request, and it never changes. */
  addressOf(): number {
    return this.#requestAddress;
  }

  advance(): void {
    // As above.
  }

  matches(
    _client: number,
    offset: number,
    length: number,
    reply: Uint8Array,
    replyWords: Int32Array,
  ): boolean {
    if (offset > 0 || length < this.#dateEnd) return this.#matchesBytes(offset, 0, length, reply);
    const firstWord = (this.#dateEnd + 3) >> 2;
    const endWord = length >> 2;
    if (firstWord >= endWord) return this.#matchesBytes(0, 0, length, reply);
    for (let word = firstWord; word < endWord; word++) {
      if (this.#replyWords[word] !== replyWords[word]) return false;
    }
    return (
      this.#matchesBytes(0, 0, firstWord << 2, reply) && this.#matchesBytes(0, endWord << 2, length, reply)
    );
  }

  /** Compares what was received from `start` to `end`, where the answer's byte `offset` was received first. */
  #matchesBytes(offset: number, start: number, end: number, reply: Uint8Array): boolean {
    for (let index = start; index < end; index++) {
      const place = offset + index;
      if (this.#reply[place] === reply[index]) continue;
      if (place < this.#dateStart || place >= this.#dateEnd) return false;
    }
    return true;
  }
}

function wholeAnswer(bytes: Uint8Array, page: Buffer): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const headBytes = text.indexOf(HEAD_END) + HEAD_END.length;
  if (headBytes < HEAD_END.length) return undefined;
  const head = text.slice(0, headBytes);
  const lengthStated = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || Number(lengthStated) !== page.length) {
    throw new Error(`the web server's answer is not the page: ${JSON.stringify(head)}`);
  }
  if (/\r\nconnection: *close\r\n/i.test(head))
    throw new Error('the web server does not keep connections open');
  if (bytes.length < headBytes + page.length) return undefined;
  if (bytes.length > headBytes + page.length || !page.equals(bytes.subarray(headBytes))) {
    throw new Error('the body of the web server’s answer is not the page');
  }
  return bytes.slice();
}
