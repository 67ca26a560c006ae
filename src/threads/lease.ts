/**
 * The lease of a descriptor to a client thread. Main thread.
 *
 * Ownership: main accepted the descriptor and main closes it, once. During the lease a client
 * thread reads and writes the descriptor but never closes it. If main closed it while the thread
 * still used it, the kernel would give its number to the next client. So only end() closes a leased
 * descriptor, and it is called only when the thread has settled or is dead. To end a lease early,
 * main shuts the descriptor down: the thread's blocked recv then returns 0. Nothing else wakes it.
 */
import { errorName } from '../base/libc/call.js';
import * as libc from '../base/libc/socket.js';
import { sendNow } from '../base/send-now.js';
import type { AcceptedSocket } from '../serving/host.js';
import type { WorkerSlot } from './worker-slot.js';

/** What main keeps of a client's socket while a thread has it, whichever way the thread got it. */
export interface SocketLease {
  /** Of the socket, in main's hand. */
  readonly fd: number;
  /** The hand-off: the slot's thread has the socket once it has been woken. */
  giveTo(slot: Recipient, connection: number): void;
  /** The thread did not start, so another one may get the socket. */
  takeBack(): void;
  /** The thread reads what has already arrived, then end of stream. It may still send. */
  shutdownRead(): void;
  /** The thread's calls on the descriptor fail at once, sends included. */
  abort(): void;
  /**
   * Sends beside the thread, without waiting.
   * @returns how many bytes the kernel has taken; undefined when the client is gone, which its
   * thread notices itself
   */
  deliver(bytes: Uint8Array): number | undefined;
  /**
   * Closes main's descriptor. The thread has settled, or is dead.
   * @throws Error when called twice
   */
  end(): void;
}

/** The part of a slot that a hand-off needs. */
export type Recipient = Pick<WorkerSlot, 'mailbox' | 'thread' | 'ready' | 'sockets'>;

export class DescriptorLease implements SocketLease {
  readonly fd: number;
  readonly #socket: Pick<AcceptedSocket, 'close'>;
  #hasEnded = false;

  /**
   * @param socket of which no net.Socket has been made: libuv has never polled its descriptor
   * @throws Error elsewhere than on Linux
   */
  constructor(socket: Pick<AcceptedSocket, 'fd' | 'setBlocking' | 'close'>) {
    if (socket.fd === undefined) throw new Error('thread-per-client needs Linux');
    this.#socket = socket;
    this.fd = socket.fd;
    socket.setBlocking();
  }

  giveTo({ mailbox }: Recipient, connection: number): void {
    mailbox.lend(this.fd, connection);
  }

  takeBack(): void {
    // The descriptor has never been anyone else's.
  }

  shutdownRead(): void {
    this.#shutdown(libc.SHUT_RD);
  }

  abort(): void {
    this.#shutdown(libc.SHUT_RDWR);
  }

  deliver(bytes: Uint8Array): number | undefined {
    if (this.#hasEnded) return undefined;
    const sent = sendNow(this.fd, bytes);
    if (sent !== -1) return sent;
    return GONE.has(errorName()) ? undefined : 0;
  }

  end(): void {
    if (this.#hasEnded) throw new Error(`the lease of descriptor ${this.fd} has ended before`);
    this.#hasEnded = true;
    this.#socket.close();
  }

  #shutdown(how: number): void {
    // shutdown(2) fails when the client has left already: nothing is left to shut down.
    if (!this.#hasEnded) libc.shutdown(this.fd, how);
  }
}

/** The errors of send(2) after which nothing can be sent any more. All others are temporary. */
const GONE = new Set([
  'EPIPE',
  'ECONNRESET',
  'ENOTCONN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EBADF',
]);
