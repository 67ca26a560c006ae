/**
 * A client's socket that a worker serves: what main can still do with it is said to the worker.
 * Main thread; loop-slot.ts has the clients of a worker.
 *
 *     main                                   worker
 *     owns the descriptor ── take ────────►  makes a copy of it, and begins with the client
 *     closes it           ◄── progress ────
 *     deliver, abort …    ── orders ──────►  the copy is the worker's alone: it closes it
 *                         ◄── ended ───────
 *
 * Until the worker has begun, main's is the only descriptor: a worker that dies before takes nothing
 * with it, and the client goes to another. Node closes the descriptors of a dead worker's sockets.
 *
 * With `--handoff transfer`, the socket itself crosses. Main then has nothing left, and a worker that
 * dies before it begins takes the client with it.
 */
import type { Socket } from 'node:net';
import { monotonicMs } from '../../base/clock.js';
import { SLOW_BYTES, type Endpoint, type LossReason } from '../../connection/connection.js';
import type { AcceptedSocket, HandOffWay } from '../../serving/host.js';
import type { ServedSocket, SocketOwner } from '../../serving/served-client.js';
import type { ClientState, Order, Usage } from './protocol.js';

/** What main can say to the worker of a client: loop-slot.ts. */
interface OrderedWorker {
  order(order: Order): void;
  /** @throws Error when the socket cannot be transferred */
  transfer(connection: number, socket: Socket): void;
  deliver(connection: number, bytes: Uint8Array): void;
  /** The number of the batch of orders that is gathered for it. */
  readonly batch: number;
  /** The number of the last batch that it has read. */
  readonly batchRead: number;
}

const NOTHING_USED: Usage = {
  ...{ wokenAtMs: 0, startedAtMs: 0, computedMs: 0, loopWaitMs: 0 },
  ...{ bytesIn: 0, bytesOut: 0 },
};

export class HandedSocket implements ServedSocket {
  owner: SocketOwner | undefined;
  readonly coreWaitMs = undefined;
  readonly isSettled = false;
  readonly #connection: number;
  readonly #socket: AcceptedSocket;
  readonly #way: HandOffWay;
  /** Whether a snapshot may ask for the peer, which a closed descriptor has forgotten. */
  readonly #keepsPeer: boolean;
  #peer: Endpoint | undefined;
  #isTransferred = false;
  #takenAtMs = 0;
  #endedAtMs: number | undefined;
  #worker: OrderedWorker | undefined;
  /** As far as the worker has said. */
  #usage: Usage = NOTHING_USED;
  #state: ClientState['state'] = 'await';
  #unread = new UnreadDeliveries();
  /** What main wanted of it, for the next worker if this one dies before it begins. */
  #isInputShut = false;
  #aborted: LossReason | undefined;

  constructor(
    connection: number,
    socket: AcceptedSocket,
    { way, keepsPeer }: { readonly way: HandOffWay; readonly keepsPeer: boolean },
  ) {
    this.#connection = connection;
    this.#way = way;
    this.#socket = socket;
    this.#keepsPeer = keepsPeer;
  }

  /**
   * The hand-over, also to another worker if the first has died before it began.
   * @throws Error when the socket cannot be transferred
   */
  handTo(worker: OrderedWorker): void {
    const { fd } = this.#socket;
    if (fd === undefined) throw new Error('worker-event-loops needs Linux');
    this.#takenAtMs ||= monotonicMs();
    this.#worker = worker;
    this.#unread = new UnreadDeliveries();
    if (this.#way === 'transfer') this.#transferTo(worker);
    else worker.order({ kind: 'take', connection: this.#connection, from: fd });
    if (this.#aborted !== undefined) this.abort(this.#aborted);
    else if (this.#isInputShut) this.shutdownRead();
  }

  /** From now on the worker has the only descriptor. */
  #transferTo(worker: OrderedWorker): void {
    this.#keepPeer();
    worker.transfer(this.#connection, this.#socket.toSocket());
    this.#isTransferred = true;
  }

  /** The worker has a descriptor of its own. */
  release(): void {
    this.#keepPeer();
    this.#socket.close();
  }

  /** Whether another worker can get the client, if its worker dies before it begins. */
  get canBeHandedOn(): boolean {
    return !this.#isTransferred;
  }

  #keepPeer(): void {
    this.#peer ??= this.#keepsPeer ? this.#socket.peer : 'unknown';
  }

  noteBytes(bytesIn: number, bytesOut: number): void {
    this.#usage = { ...this.#usage, bytesIn, bytesOut };
  }

  noteDescribed(state: ClientState): void {
    this.#usage = state;
    this.#state = state.state;
  }

  noteEnded(usage: Usage, endedAtMs: number): void {
    this.#usage = usage;
    this.#endedAtMs = endedAtMs;
  }

  get endedAtMs(): number | undefined {
    return this.#endedAtMs;
  }

  get takenAtMs(): number {
    return this.#takenAtMs;
  }

  get startedAtMs(): number {
    return this.#usage.startedAtMs;
  }

  get computedMs(): number {
    return this.#usage.computedMs;
  }

  get loopWaitMs(): number {
    return this.#usage.loopWaitMs;
  }

  get bytesIn(): number {
    return this.#usage.bytesIn;
  }

  get bytesOut(): number {
    return this.#usage.bytesOut;
  }

  get state(): ClientState['state'] {
    return this.#state;
  }

  get peer(): Endpoint {
    return this.#peer ?? this.#socket.peer;
  }

  /** A worker that does not read its orders keeps main from saying more, as a slow client does. */
  deliver(bytes: Uint8Array): 'delivered' | 'slow' {
    if (!this.#worker) return 'delivered';
    if (this.#unread.add(bytes.length, this.#worker) > SLOW_BYTES) return 'slow';
    this.#worker.deliver(this.#connection, bytes);
    return 'delivered';
  }

  shutdownRead(): void {
    this.#isInputShut = true;
    this.#worker?.order({ kind: 'shutdownRead', connection: this.#connection });
  }

  /** What was delivered before is an earlier order. */
  disconnect(): void {
    this.shutdownRead();
  }

  abort(reason: LossReason): void {
    this.#aborted = reason;
    this.#worker?.order({ kind: 'abort', connection: this.#connection, reason });
  }

  close(): void {
    this.#socket.close();
  }
}

/**
 * The bytes of one client that its worker has not read yet: those of the batch that was being
 * gathered when the count last moved on, and of the batches since then.
 */
class UnreadDeliveries {
  #olderBytes = 0;
  #olderBatch = 0;
  #newerBytes = 0;
  #newerBatch = 0;

  /** @returns the sum, which may include some that have just been read */
  add(bytes: number, { batch, batchRead }: Pick<OrderedWorker, 'batch' | 'batchRead'>): number {
    if (batchRead >= this.#olderBatch) {
      this.#olderBytes = batchRead >= this.#newerBatch ? 0 : this.#newerBytes;
      this.#olderBatch = this.#newerBatch;
      this.#newerBytes = 0;
    }
    this.#newerBytes += bytes;
    this.#newerBatch = batch;
    return this.#olderBytes + this.#newerBytes;
  }
}
