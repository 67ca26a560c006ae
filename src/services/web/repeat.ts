/**
 * A connection's last request, and its bytes. Clients that poll or measure send the same bytes each
 * time, which mean the same request. Comparing them takes a twentieth of parsing them, and little
 * code, of which each client thread compiles its own copy. Read conversation.ts next.
 */
import type { Message, Request } from './request.js';

/** Longer requests are parsed each time, so that an idle connection holds little memory. */
const MAX_KEPT_BYTES = 2048;

export class LastRequest {
  #bytes: Buffer | undefined;
  #request: Request | undefined;

  /** The request, if the chunk is the same as its bytes. */
  sameAs(chunk: Uint8Array): Request | undefined {
    return this.#bytes?.equals(chunk) ? this.#request : undefined;
  }

  /**
   * @param chunk began and ended between requests
   * @param messages its messages
   */
  note(chunk: Buffer, messages: readonly Message[]): void {
    const message = messages[0];
    if (message?.kind !== 'request' || messages.length > 1 || chunk.length > MAX_KEPT_BYTES) return;
    this.#bytes = Buffer.from(chunk);
    this.#request = message;
  }
}
