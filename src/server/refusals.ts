/**
 * Connections that the server does not serve: each gets one line that says why, and is closed. Main
 * thread. Used by acceptor.ts.
 */
import type { AcceptedSocket } from '../serving/host.js';

/** How long a refused client may take to read the reason. */
const REFUSAL_MS = 1000;

export class Refusals {
  /** Ends each client that is being refused at the moment. */
  readonly #ends = new Set<() => void>();

  /**
   * Sends the answer and closes the connection when the client has, or after a second.
   * @param onClosed gets how many bytes were sent
   */
  refuse(accepted: AcceptedSocket, answer: string, onClosed: (bytesOut: number) => void): void {
    const socket = accepted.toSocket();
    // A reset must not become an uncaught error of the server.
    socket.on('error', () => undefined);
    const end = () => {
      if (!this.#ends.delete(end)) return;
      clearTimeout(deadline);
      socket.destroy();
      onClosed(socket.bytesWritten);
    };
    this.#ends.add(end);
    const deadline = setTimeout(end, REFUSAL_MS);
    socket.once('close', end);
    socket.end(answer);
    // Reads until the client closes: closing over unread bytes would send a reset, which can
    // overtake the line.
    socket.resume();
  }

  /** Closes the connections that are still being refused. */
  endAll(): void {
    for (const end of this.#ends) end();
  }
}
