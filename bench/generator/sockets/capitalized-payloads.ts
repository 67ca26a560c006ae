/**
 * The requests of clients of a capitalizing server: echo payloads, whose right answer is the same
 * text in capital letters. On the generator's hot path; read echo-payloads.ts first.
 *
 * Of the 64 digits, fifteen are small letters, whose answer is that of a capital one. So an answer
 * to another request has a slightly better chance to pass as right than in an echo.
 */
import { EchoPayloads } from './echo-payloads.js';
import type { Exchange } from './exchange.js';

const FIRST_SMALL = 0x61;
const LAST_SMALL = 0x7a;
const TO_CAPITAL = 0x20;

export class CapitalizedPayloads implements Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly #payloads: EchoPayloads;

  /** @throws Error as {@link EchoPayloads} */
  constructor(clients: number, messageBytes: number) {
    this.#payloads = new EchoPayloads(clients, messageBytes);
    this.requestBytes = this.replyBytes = messageBytes;
  }

  addressOf(client: number): number {
    return this.#payloads.addressOf(client);
  }

  advance(client: number): void {
    this.#payloads.advance(client);
  }

  matches(client: number, offset: number, length: number, reply: Uint8Array): boolean {
    for (let index = 0; index < length; index++) {
      const sent = this.#payloads.byteAt(client, offset + index);
      const isSmall = sent >= FIRST_SMALL && sent <= LAST_SMALL;
      if (reply[index] !== (isSmall ? sent - TO_CAPITAL : sent)) return false;
    }
    return true;
  }
}
