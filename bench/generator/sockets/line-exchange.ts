/**
 * One line that each client of a population says again and again, and the one line that is a right answer to it:
 * `work 0` and `done 0`, or a login and its welcome.
 *
 * Request and answer never change, so an answer that another client or an earlier request should have had cannot be
 * told from the right one: what finds such mix-ups is echo-payloads.ts. Part of the generator's hot path; clients.ts uses it.
 */
import { addressOf } from '../../../src/base/libc.js';
import { askOnce } from './ask-once.js';
import type { Exchange } from './exchange.js';

const LONGEST_ANSWER_BYTES = 4097;
const NEWLINE = 10;

export class LineExchange implements Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #request: Uint8Array;
  readonly #requestAddress: number;
  readonly #answer: Uint8Array;

  /** Both without their newline. */
  constructor(line: string, answer: string) {
    this.#request = withNewline(line);
    this.#requestAddress = addressOf(this.#request);
    this.#answer = withNewline(answer);
    this.requestBytes = this.#request.length;
    this.replyBytes = this.#answer.length;
  }

  /**
   * Asks once: the answer is the right one from then on, and a server that answers otherwise later is wrong. Throws
   * if there is none within `limitMs`, or more than a line: a server that greets its clients has no fixed answer.
   */
  static learn(port: number, line: string, limitMs: number): LineExchange {
    const answer = askOnce({
      port,
      request: withNewline(line),
      whom: 'the server',
      limitMs,
      mostBytes: LONGEST_ANSWER_BYTES,
      whole: oneLine,
    });
    return new LineExchange(line, Buffer.from(answer).toString());
  }

  /** Every client has the same request, and it never changes. */
  addressOf(): number {
    return this.#requestAddress;
  }

  advance(): void {
    // As above.
  }

  matches(_client: number, offset: number, length: number, reply: Uint8Array): boolean {
    for (let index = 0; index < length; index++) {
      if (this.#answer[offset + index] !== reply[index]) return false;
    }
    return true;
  }
}

function withNewline(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

/** Without its newline. */
function oneLine(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end === -1) return undefined;
  if (end === bytes.length - 1) return bytes.slice(0, end);
  throw new Error(
    `the server's answer has more than one line: ${JSON.stringify(Buffer.from(bytes).toString())}`,
  );
}
