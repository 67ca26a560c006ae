/**
 * A client's socket while a client thread has the lease of its descriptor: what main sends to the
 * client meanwhile, and what main reads of the thread's progress. Main thread.
 *
 * Deliveries go out with non-blocking sends. What the kernel has no room for waits in a queue until
 * room.ts finds room, since libuv does not poll a leased descriptor.
 */
import { ByteQueue } from '../connection/byte-queue.js';
import { SLOW_BYTES, type Endpoint } from '../connection/connection.js';
import type { OutputHolder, OutputLimit } from '../connection/output-limit.js';
import type { AcceptedSocket } from '../serving/host.js';
import type { ServedSocket, SocketOwner } from '../serving/served-client.js';
import type { Recipient, SocketLease } from './lease.js';
import type { Mailbox } from './mailbox.js';
import { stopWaiting, waitForRoom, type Waiting } from './room.js';

/** How long a disconnected client may take to read its backlog. */
const DISCONNECT_MS = 1000;

export class LeasedSocket implements ServedSocket, OutputHolder, Waiting {
  owner: SocketOwner | undefined;
  readonly #socket: AcceptedSocket;
  readonly #lease: SocketLease;
  readonly #limit: OutputLimit;
  /** Of the slot whose thread serves the client. */
  #mailbox: Mailbox | undefined;
  #deliveredBytes = 0;
  /** What was delivered and the kernel had no room for yet. */
  #backlog: ByteQueue | undefined;
  /** Set while a disconnect waits for the backlog to be sent. */
  #disconnecting: NodeJS.Timeout | undefined;

  constructor(socket: AcceptedSocket, lease: SocketLease, limit: OutputLimit) {
    this.#socket = socket;
    this.#lease = lease;
    this.#limit = limit;
  }

  /** The hand-off: the slot's thread has the client, once it has been woken. */
  giveTo(slot: Recipient, connection: number): void {
    this.#mailbox = slot.mailbox;
    this.#lease.giveTo(slot, connection);
  }

  /** A thread has accepted the client itself, and reports on it in this mailbox. */
  reportedIn(mailbox: Mailbox): void {
    this.#mailbox = mailbox;
  }

  withdraw(): void {
    this.#lease.takeBack();
  }

  get fd(): number {
    return this.#lease.fd;
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
    if (this.#backlog) return this.#keep(this.#backlog, bytes);
    const sent = this.#lease.deliver(bytes);
    if (sent === undefined) return this.#lose();
    this.#deliveredBytes += sent;
    if (sent === bytes.length) return 'delivered';
    return this.#keep((this.#backlog = new ByteQueue()), bytes.subarray(sent));
  }

  onRoom(): void {
    const backlog = this.#backlog;
    for (let first = backlog?.first; backlog && first; first = backlog.first) {
      const sent = this.#lease.deliver(first);
      if (sent === undefined) {
        this.#lose();
        return;
      }
      this.#deliveredBytes += sent;
      backlog.shift(sent);
      if (sent === first.length) continue;
      this.#limit.note(this, backlog.keptBytes);
      waitForRoom(this);
      return;
    }
    this.#drop();
    this.#finishDisconnect();
  }

  cut(): void {
    this.owner?.abort('slow');
  }

  shutdownRead(): void {
    this.#mailbox?.noteInputShut();
    this.#lease.shutdownRead();
  }

  disconnect(): void {
    if (!this.#backlog) this.shutdownRead();
    else this.#disconnecting ??= setTimeout(() => this.#finishDisconnect(), DISCONNECT_MS).unref();
  }

  abort(): void {
    this.#stop();
    this.#lease.abort();
  }

  close(): void {
    this.#stop();
    this.#lease.end();
  }

  #keep(backlog: ByteQueue, bytes: Uint8Array): 'delivered' | 'slow' {
    backlog.push(bytes);
    if (backlog.keptBytes > SLOW_BYTES) return 'slow';
    waitForRoom(this);
    this.#limit.note(this, backlog.keptBytes);
    return 'delivered';
  }

  /** The client's thread notices itself that the client is gone. */
  #lose(): 'gone' {
    this.#drop();
    this.#finishDisconnect();
    return 'gone';
  }

  #finishDisconnect(): void {
    if (this.#disconnecting === undefined) return;
    clearTimeout(this.#disconnecting);
    this.#disconnecting = undefined;
    this.shutdownRead();
  }

  #stop(): void {
    clearTimeout(this.#disconnecting);
    this.#disconnecting = undefined;
    this.#drop();
  }

  #drop(): void {
    if (!this.#backlog) return;
    this.#backlog = undefined;
    stopWaiting(this);
    this.#limit.note(this, 0);
  }
}
