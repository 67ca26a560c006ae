/**
 * Lends a socket's descriptor to a client thread and takes it back. Main thread; the only file that knows where
 * `net` keeps a descriptor, which is no documented place.
 *
 * Ownership: main opened the descriptor and main closes it, once, by destroying its socket. In between a client
 * thread reads and writes it but never closes it. Destroying the socket while the thread still uses the
 * descriptor would hand its number to the next client: so nobody but giveBack() destroys a lent socket, and
 * it is called only when the thread has settled or is dead. To end a loan early, main shuts the descriptor
 * down: the thread's blocked recv then returns 0. Nothing else wakes it.
 */
import type { Socket } from 'node:net';
import * as libc from '../base/libc.js';

export class Loan {
  readonly fd: number;
  readonly #socket: Socket;
  #returned = false;

  /** @param socket accepted with `pauseOnConnect`, so that libuv has never polled its descriptor */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.fd = descriptorOf(socket);
    libc.setBlocking(this.fd);
  }

  /** The thread reads what has already arrived, then end of stream. It may still send. */
  endInput(): void {
    this.#shutdown(libc.SHUT_RD);
  }

  /** The thread's calls on the descriptor end at once, sends included. */
  breakOff(): void {
    this.#shutdown(libc.SHUT_RDWR);
  }

  /**
   * Sends beside the thread, without waiting. Returns how many bytes fitted into the kernel's buffer; undefined if the
   * client is gone, of which its thread hears by itself.
   */
  deliver(bytes: Uint8Array): number | undefined {
    if (this.#returned) return undefined;
    const sent = libc.send(this.fd, addressOf(bytes), bytes.length, libc.MSG_DONTWAIT | libc.MSG_NOSIGNAL);
    if (sent !== -1) return sent;
    return GONE.has(libc.errorName()) ? undefined : 0;
  }

  /** The thread is through with the descriptor, or dead: closes it. */
  giveBack(): void {
    if (this.#returned) throw new Error(`descriptor ${this.fd} was given back before`);
    this.#returned = true;
    this.#socket.destroy();
  }

  #shutdown(how: number): void {
    // A client that has left already makes shutdown fail, and that is what it was for.
    if (!this.#returned) libc.shutdown(this.fd, how);
  }
}

let lastBytes: Uint8Array | undefined;
let lastAddress = 0;

/** The same bytes usually go to many, one after the other. They are kept until there are others, and with them their place. */
function addressOf(bytes: Uint8Array): number {
  if (bytes !== lastBytes) {
    lastBytes = bytes;
    lastAddress = libc.addressOf(bytes);
  }
  return lastAddress;
}

/** What send(2) says of a connection that is over. Anything else may pass. */
const GONE = new Set([
  'EPIPE',
  'ECONNRESET',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EBADF',
]);

function descriptorOf(socket: Socket): number {
  // `_handle` is not in the types, since it is no documented API: hence the cast, and the check of what it holds.
  const { _handle } = socket as unknown as { _handle?: { fd?: unknown } | null };
  const fd = _handle?.fd;
  if (typeof fd === 'number' && fd >= 0) return fd;
  throw new Error(
    `this Node (${process.version}) does not show the descriptor of a socket; ` +
      'use --model event-loop or iterative',
  );
}
