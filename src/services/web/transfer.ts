/**
 * A file, or a part of it, on its way to the client. Memory holds one piece; the next one is read
 * when the connection has taken it. Reads are synchronous, since most files are in the system's
 * cache. A slow disk delays an event loop's other clients by the time of one piece.
 */
import { closeSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Connection, MaybePromise, Next } from '../../connection/connection.js';
import type { FilePlan } from './file.js';

const PIECE_BYTES = 65_536;
/**
 * After so many bytes other clients get a turn of the event loop, also if this client reads as fast
 * as it is sent to.
 */
const TURN_BYTES = 16 * PIECE_BYTES;

export class Transfer {
  readonly head: Buffer;
  /** Called once, when the file is closed. */
  onClose: (() => void) | undefined;
  readonly #fd: number;
  readonly #start: number;
  #at: number;
  readonly #end: number;
  #isBegun = false;

  /** @param fd open for reading; the transfer closes it */
  constructor(fd: number, { head, range }: FilePlan) {
    this.#fd = fd;
    this.head = head;
    this.#start = this.#at = range.start;
    this.#end = range.end;
  }

  /** The number of bytes that the connection was given so far. */
  get bytes(): number {
    return this.#isBegun ? this.head.length + this.#at - this.#start : 0;
  }

  /**
   * Sends head and file, and closes the file.
   * @returns `'stop'` if the file has become shorter than the head says: only the end of the
   *   connection can tell the client that
   * @throws ConnectionLost when the client has gone, or the file system's error
   */
  sendTo(connection: Connection): MaybePromise<Next> {
    try {
      const sending = this.#send(connection);
      if (!(sending instanceof Promise)) {
        this.close();
        return sending;
      }
      return sending.finally(() => this.close());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
    this.onClose?.();
  }

  /** Synchronous if the connection is and little is sent, as in a client thread. */
  #send(connection: Connection): MaybePromise<Next> {
    const { length } = this.head;
    const piece = Buffer.allocUnsafe(length + Math.min(PIECE_BYTES, this.#end - this.#at));
    this.head.copy(piece);
    const filled = this.#read(piece, length);
    this.#isBegun = true;
    const sent = connection.sendAll(piece.subarray(0, length + filled));
    if (this.#at === this.#end) return sent;
    if (filled === 0) return 'stop';
    return this.#sendRest(connection, sent, piece);
  }

  async #sendRest(
    connection: Connection,
    first: MaybePromise<undefined>,
    piece: Buffer,
  ): Promise<Next> {
    await first;
    for (let sinceTurn = 0; this.#at < this.#end;) {
      const filled = this.#read(piece, 0);
      if (filled === 0) return 'stop';
      const sent = connection.sendAll(piece.subarray(0, filled));
      if (sent) await sent;
      sinceTurn += filled;
      if (sinceTurn >= TURN_BYTES) {
        await turn();
        sinceTurn = 0;
      }
    }
    return undefined;
  }

  /**
   * Reads the next bytes.
   * @returns the number of bytes; 0 at the end of the file
   */
  #read(piece: Buffer, offset: number): number {
    const most = Math.min(piece.length - offset, this.#end - this.#at);
    const filled = readSync(this.#fd, piece, offset, most, this.#at);
    this.#at += filled;
    return filled;
  }
}
