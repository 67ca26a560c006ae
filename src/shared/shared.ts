/**
 * What the clients of a service share: a room, a lobby, a scoreboard. It lives on the main thread.
 * It has one owner, so it needs no locks, has one order of events, and a client thread that dies
 * leaves nothing to repair.
 *
 *     handler ── session.say(line) ──►  shared object ── member.deliver(text) ──►  every client it concerns
 *
 * Under iterative and event-loop, a handler calls its session directly. In a client thread, it
 * calls the same methods through threads/calls.ts, and blocks until main has answered.
 */

/** The one shared object of a service. Lives on the main thread. */
export interface Shared<S extends Session = Session> {
  /**
   * Begins a client's conversation: returns the session that its handler calls. Delivers nothing
   * yet.
   */
  enter(member: Member): S;
  /** Called when the server has stopped and every session is over. */
  close?(): void;
}

/**
 * One client's part in the shared object. Handlers call its methods one at a time. Arguments and
 * results are plain values (what JSON can represent) or promises of them.
 */
export interface Session {
  /**
   * Ends the client's part, whatever the cause. The server calls it once; the handler never does. A
   * call may still be in progress, if the client's thread has died.
   */
  leave(): void;
}

/** A client as a shared object sees it. */
export interface Member {
  /** The number of its connection, which is never used again. */
  readonly id: number;
  /**
   * Sends text without waiting. The deliveries of one turn of main's loop go out as one send.
   * Disconnects a client that reads too slowly.
   *
   * A connection has one writer at a time: after the first delivery, the handler itself sends
   * nothing.
   */
  deliver(text: string): void;
  /**
   * Does the same for bytes, one a character of the string ({@link bytesOf}). A text for many
   * members is encoded once.
   */
  deliverBytes(bytes: string): void;
  /**
   * Ends the conversation: what was delivered is still sent, then the handler reads an end of
   * stream.
   */
  disconnect(): void;
}

/** The UTF-8 bytes of a text, one a character of the result. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}
