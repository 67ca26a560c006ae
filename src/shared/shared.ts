/**
 * What the clients of a service share: a room, a lobby, a scoreboard. Main thread; one owner, so no locks, one order
 * of events for everybody, and nothing to repair when a client thread dies.
 *
 *     handler ── session.say(line) ──►  shared object ── member.deliver(text) ──►  every client it concerns
 *
 * In the iterative and event-loop models a handler calls its session directly; in a client thread it calls the same
 * methods through threads/calls.ts, and blocks until they are answered. Neither side can tell the difference.
 */

/** The one object of a service on the main thread. */
export interface Shared<S extends Session = Session> {
  /** A client's conversation begins: what its handler will call. Nothing is delivered to it yet. */
  enter(member: Member): S;
  /** The server has stopped, every session is over. */
  close?(): void;
}

/**
 * One client's part in what is shared. The methods that handlers call take and return plain values (what JSON can
 * carry), or promises of them; a handler makes one call at a time.
 */
export interface Session {
  /**
   * The client's conversation is over, whatever the cause: called once, by the server and never by the handler, and
   * perhaps while a call is still being worked on, if the client's thread has died.
   */
  leave(): void;
}

/** A client as a shared object sees it. */
export interface Member {
  /** The number of its connection: unique and never used again. */
  readonly id: number;
  /**
   * Sends text without ever waiting: what is delivered in one turn of main's loop goes out as one send. A client that
   * reads too slowly is cut off. A connection has one writer at a time: from the first delivery on, its handler sends
   * nothing itself.
   */
  deliver(text: string): void;
  /** The same for bytes, one a character of the string ({@link bytesOf}): for one text to many, encoded once. */
  deliverBytes(bytes: string): void;
  /** Ends its conversation: what was delivered is still sent, then its handler reads an end of stream. */
  disconnect(): void;
}

/** The bytes of a text in UTF-8, one a character. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
