/**
 * What a load client sends and what a right answer is: a payload and its echo, or a fixed pair.
 *
 * On the generator's hot path: implementations allocate only when they are constructed. Read next:
 * echo-payloads.ts and fixed-exchange.ts.
 */
export interface Exchange {
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** The memory address of the client's current request. */
  addressOf(client: number): number;
  /** Replaces the client's request by its next one. */
  advance(client: number): void;
  /**
   * Whether the first `length` bytes of `reply` are those of a right answer from `offset` on.
   * @param replyWords the same memory as `reply`
   */
  matches(
    client: number,
    offset: number,
    length: number,
    reply: Uint8Array,
    replyWords: Int32Array,
  ): boolean;
}
