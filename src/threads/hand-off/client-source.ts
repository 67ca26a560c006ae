/**
 * Where a client thread finds its clients, whichever way they come. Client thread; types only. The
 * ways are beside this file, and workers/serve-client.ts serves what it finds.
 */
import type { MaybePromise } from '../../connection/connection.js';
import type { EndReason } from '../../connection/end-reason.js';

export interface ClientSource {
  /** Blocks until there is a client; undefined when there will be none. */
  next(): MaybePromise<Taken | undefined>;
  /** The client is served, and the thread does not use its descriptor any more. */
  settle(reason: EndReason): void;
  /**
   * After a client: whether the thread's event loop is to turn before the next one.
   * @param startedAtMs when the client's handler began
   */
  isTurnDue(startedAtMs: number): boolean;
}

/** A client that a thread has got. */
export interface Taken {
  readonly fd: number;
  readonly connection: number;
}
