/**
 * What load clients ask, and what a right answer is: an echo of a token, or a page.
 *
 * Part of the generator's hot path: nothing here allocates once it stands. Read echo-payloads.ts and web-exchange.ts next.
 */
export interface Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** Where the client's current request is in memory. */
  addressOf(client: number): number;
  /** Gives the client its next request in place of the last. */
  advance(client: number): void;
  /** Whether `length` received bytes are what a right answer has from `offset` on. */
  matches(client: number, offset: number, length: number, reply: Uint8Array, replyWords: Int32Array): boolean;
}
