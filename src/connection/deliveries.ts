/**
 * What is sent to a client beside its handler, without waiting: a chat's lines from other clients.
 * Main thread; used by stream.ts.
 *
 * The descriptor takes what nothing is queued before. What the kernel has no room for waits here; the
 * socket gets one chunk of it at a time. So a queue of small deliveries does not cost a write request
 * each.
 */
import type { Socket } from 'node:net';
import { sendNow } from '../base/send-now.js';
import { ByteQueue } from './byte-queue.js';

export class Deliveries {
  readonly #socket: Socket;
  readonly #fd: number | undefined;
  readonly #onTaken: () => void;
  /** What was delivered and the socket has not been given yet. */
  #waiting: ByteQueue | undefined;
  /** The socket has a chunk of it. */
  #isPassing = false;
  #sentBytes = 0;

  /**
   * @param fd the socket's descriptor; without it, the socket writes everything
   * @param onTaken called when the kernel has taken a chunk that had waited
   */
  constructor(socket: Socket, fd: number | undefined, onTaken: () => void) {
    this.#socket = socket;
    this.#fd = fd;
    this.#onTaken = onTaken;
  }

  /** What the kernel has taken by the descriptor, of which the socket does not know. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** The memory of what waits here; the socket's own queue is not in it. */
  get keptBytes(): number {
    return this.#waiting?.keptBytes ?? 0;
  }

  /** @returns whether the kernel has taken all of it; if not, the bytes must not be reused */
  send(bytes: Uint8Array): boolean {
    const sent = this.#waiting ? 0 : this.#sendNow(bytes);
    if (sent === bytes.length) return true;
    this.#waiting ??= new ByteQueue();
    this.#waiting.push(sent === 0 ? bytes : bytes.subarray(sent));
    // Also while the kernel has taken the last chunk, and the socket has yet to say so.
    if (!this.#isPassing || this.#socket.writableLength === 0) this.#pass();
    return false;
  }

  /** Gives the socket everything that waits, before something else is written. */
  passAll(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    for (let chunk = waiting.first; chunk; chunk = waiting.first) {
      waiting.shift(chunk.length);
      this.#socket.write(chunk);
    }
    this.#waiting = undefined;
  }

  drop(): void {
    this.#waiting = undefined;
  }

  /**
   * A write of the socket takes twice as long. Returns how many bytes the kernel has taken; 0 also
   * for an error, which the socket's own write then meets.
   */
  #sendNow(bytes: Uint8Array): number {
    const socket = this.#socket;
    // A destroyed socket has closed its descriptor, whose number may be another client's.
    if (this.#fd === undefined || socket.destroyed || socket.writableLength > 0) return 0;
    const sent = Math.max(0, sendNow(this.#fd, bytes));
    this.#sentBytes += sent;
    return sent;
  }

  /** Gives the socket the next chunk, when the kernel has taken the last one. */
  #pass(): void {
    const chunk = this.#waiting?.first;
    if (chunk === undefined) {
      this.#waiting = undefined;
      return;
    }
    this.#waiting?.shift(chunk.length);
    this.#isPassing = true;
    this.#socket.write(chunk, () => {
      this.#isPassing = false;
      if (this.#socket.destroyed) return;
      this.#pass();
      this.#onTaken();
    });
  }
}
