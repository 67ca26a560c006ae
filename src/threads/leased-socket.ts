/**
 * A client's socket while a client thread has the lease of its descriptor: what main sends to the
 * client meanwhile, and what main reads of the thread's progress. Main thread.
 *
 * Deliveries go out with non-blocking sends. What the kernel has no room for is kept in a backlog
 * and retried; nothing notifies main of room, since libuv does not poll a leased descriptor.
 */
import { NO_BYTES, SLOW_BYTES, type Endpoint } from '../connection/connection.js';
import type { AcceptedSocket } from '../serving/host.js';
import type { ServedSocket } from '../serving/served-client.js';
import type { DescriptorLease } from './lease.js';
import type { Mailbox } from './mailbox.js';

const RETRY_MS = 2;
/** How long a disconnected client may take to read its backlog. */
const DISCONNECT_MS = 1000;

export class LeasedSocket implements ServedSocket {
  readonly #socket: AcceptedSocket;
  readonly #lease: DescriptorLease;
  /** Of the slot whose thread serves the client. */
  #mailbox: Mailbox | undefined;
  #deliveredBytes = 0;
  /** What was delivered and the kernel had no room for yet. */
  #backlog: Uint8Array = NO_BYTES;
  #retry: NodeJS.Timeout | undefined;
  /** Set while a disconnect waits for the backlog to be sent. */
  #disconnecting: NodeJS.Timeout | undefined;

  constructor(socket: AcceptedSocket, lease: DescriptorLease) {
    this.#socket = socket;
    this.#lease = lease;
  }

  /**
   * The hand-off: the thread that waits on this mailbox gets the descriptor, once it has been
   * woken.
   */
  lendTo(mailbox: Mailbox, connection: number): void {
    this.#mailbox = mailbox;
    mailbox.lend(this.#lease.fd, connection);
  }

  get peer(): Endpoint {
    return this.#socket.peer;
  }

  get takenAtMs(): number {
    return this.#mailbox?.lentAtMs ?? 0;
  }

  get computedMs(): number {
    return this.#mailbox?.computedMs ?? 0;
  }

  get loopWaitMs(): number {
    return this.#mailbox?.loopWaitMs ?? 0;
  }

  get coreWaitMs(): number {
    return this.#mailbox?.coreWaitMs ?? 0;
  }

  get startedAtMs(): number {
    return this.#mailbox?.startedAtMs ?? 0;
  }

  get bytesIn(): number {
    return this.#mailbox?.bytesIn ?? 0;
  }

  get bytesOut(): number {
    return (this.#mailbox?.bytesOut ?? 0) + this.#deliveredBytes;
  }

  get isSettled(): boolean {
    return this.#mailbox?.isEmpty ?? false;
  }

  deliver(bytes: Uint8Array): 'delivered' | 'slow' | 'gone' {
    if (this.#retry === undefined) return this.#send(bytes);
    return this.#keep(Buffer.concat([this.#backlog, bytes]));
  }

  shutdownRead(): void {
    this.#lease.shutdownRead();
  }

  disconnect(): void {
    if (this.#retry === undefined) this.#lease.shutdownRead();
    else this.#disconnecting ??= setTimeout(() => this.#finishDisconnect(), DISCONNECT_MS).unref();
  }

  abort(): void {
    this.#clearTimers();
    this.#lease.abort();
  }

  close(): void {
    this.#clearTimers();
    this.#lease.end();
  }

  #send(bytes: Uint8Array): 'delivered' | 'slow' | 'gone' {
    const sent = this.#lease.deliver(bytes);
    if (sent === undefined) {
      this.#finishDisconnect();
      this.#clearTimers();
      return 'gone';
    }
    this.#deliveredBytes += sent;
    // Most sends are complete: no view is made then.
    return this.#keep(sent === bytes.length ? NO_BYTES : bytes.subarray(sent));
  }

  #keep(backlog: Uint8Array): 'delivered' | 'slow' {
    this.#backlog = backlog;
    if (backlog.length > SLOW_BYTES) return 'slow';
    if (backlog.length === 0) this.#finishDisconnect();
    else {
      this.#retry ??= setTimeout(() => {
        this.#retry = undefined;
        this.#send(this.#backlog);
      }, RETRY_MS);
    }
    return 'delivered';
  }

  #finishDisconnect(): void {
    if (this.#disconnecting === undefined) return;
    clearTimeout(this.#disconnecting);
    this.#disconnecting = undefined;
    this.#lease.shutdownRead();
  }

  #clearTimers(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#disconnecting);
    this.#retry = this.#disconnecting = undefined;
    this.#backlog = NO_BYTES;
  }
}
