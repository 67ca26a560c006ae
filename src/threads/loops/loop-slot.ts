/**
 * What main knows of one worker that serves many clients: who they are, which of them it has begun
 * with, and what main has to say to it. Main thread. pool-slot.ts has what all threads have;
 * loop-workers.ts assigns clients.
 */
import type { Socket } from 'node:net';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { ServedClient } from '../../serving/served-client.js';
import type { State } from '../../serving/views.js';
import { PoolSlot } from '../pool-slot.js';
import { threadStateOf } from '../thread-state.js';
import { afterMicrotasks, Outbox } from './batch.js';
import type { HandedSocket } from './handed-socket.js';
import { Progress } from './progress.js';
import type { Batch, Order, Report } from './protocol.js';

export interface HandedClient {
  readonly client: ServedClient;
  readonly socket: HandedSocket;
}

export class LoopSlot extends PoolSlot {
  readonly progress = new Progress();
  readonly #port: MessagePort;
  readonly #outbox: Outbox<Order>;
  /** By connection. */
  readonly #clients = new Map<number, HandedClient>();
  /** In the order in which they were handed over: the worker has not begun with them yet. */
  #ahead: HandedClient[] = [];
  #begun = 0;
  #lastBytes: Uint8Array | undefined;
  #onDescribed: (() => void) | undefined;

  /** @param onReports called when the worker has reported something, or has come further */
  constructor(index: number, port: MessagePort, onReports: (reports: readonly Report[]) => void) {
    super(index);
    this.#port = port;
    this.#outbox = new Outbox(port, afterMicrotasks);
    port.on('message', ({ messages }: Batch<Report>) => onReports(messages));
    // The listening socket keeps the process alive.
    port.unref();
  }

  get isTaken(): boolean {
    return this.progress.begun > 0;
  }

  get lossFields(): object {
    const handedOn = this.#ahead.filter(({ socket }) => socket.canBeHandedOn);
    return { clients: this.#clients.size - handedOn.length };
  }

  /** How many clients it has, those included that it has not begun with. */
  get load(): number {
    return this.#clients.size;
  }

  get clients(): Iterable<HandedClient> {
    return this.#clients.values();
  }

  find(connection: number): HandedClient | undefined {
    return this.#clients.get(connection);
  }

  get state(): State {
    if (this.thread === undefined) return 'starting';
    return this.load === 0 ? 'free' : threadStateOf(this.kernelThread);
  }

  /** The number of the batch that is gathered for the worker. */
  get batch(): number {
    return this.#outbox.number;
  }

  /** The number of the last batch that the worker has read. */
  get batchRead(): number {
    return this.progress.read;
  }

  /**
   * The worker gets the client in this turn's batch.
   * @throws Error when it cannot: the client is not the worker's then
   */
  take(client: ServedClient, socket: HandedSocket): void {
    socket.handTo(this);
    const handed = { client, socket };
    this.#clients.set(client.id, handed);
    this.#ahead.push(handed);
  }

  /** The client has ended. */
  delete(connection: number): void {
    this.#clients.delete(connection);
  }

  order(order: Order): void {
    this.#lastBytes = undefined;
    this.#outbox.push(order);
  }

  /** @throws Error when the socket cannot be transferred */
  transfer(connection: number, socket: Socket): void {
    this.#lastBytes = undefined;
    this.#outbox.postWith({ kind: 'take', connection, from: socket }, socket);
  }

  /** Most members of a room get the same bytes one after the other: they cross once. */
  deliver(connection: number, bytes: Uint8Array): void {
    const { last } = this.#outbox;
    if (bytes === this.#lastBytes && last?.kind === 'deliver') {
      (last.connections as number[]).push(connection);
      return;
    }
    // A copy: the bytes may be a part of a larger buffer, all of which would cross.
    this.order({ kind: 'deliver', connections: [connection], bytes: new Uint8Array(bytes) });
    this.#lastBytes = bytes;
  }

  /** Main's descriptors of the clients that the worker has begun with are closed. */
  noteProgress(): void {
    const { begun } = this.progress;
    if (begun === this.#begun) return;
    for (const { socket } of this.#ahead.splice(0, begun - this.#begun)) socket.release();
    this.#begun = begun;
  }

  /** Reports that have come and were not read yet. */
  takeLastReports(): readonly Report[] {
    const reports: Report[] = [];
    for (;;) {
      const received: { message: Batch<Report> } | undefined = receiveMessageOnPort(this.#port);
      if (!received) return reports;
      reports.push(...received.message.messages);
    }
  }

  /** The clients that another worker can get. They are not the dead worker's clients any more. */
  takeBackAhead(): readonly HandedClient[] {
    const ahead = this.#ahead.filter(({ socket }) => socket.canBeHandedOn);
    this.#ahead = [];
    for (const { client } of ahead) this.#clients.delete(client.id);
    return ahead;
  }

  /** Resolves when the worker has described its clients, or will not any more. */
  describe(most: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onDescribed?.();
      this.#onDescribed = resolve;
      this.order({ kind: 'describe', most });
    });
  }

  noteDescribed({ clients, bytes }: Extract<Report, { kind: 'described' }>): void {
    for (let at = 0; at < bytes.length; at += 3) {
      const [connection = 0, bytesIn = 0, bytesOut = 0] = bytes.subarray(at, at + 3);
      this.find(connection)?.socket.noteBytes(bytesIn, bytesOut);
    }
    for (const state of clients) this.find(state.connection)?.socket.noteDescribed(state);
    this.#onDescribed?.();
  }

  retire(): void {
    this.#port.close();
    this.#onDescribed?.();
  }

  /** Its calls are promises: they do not keep the worker from ending. */
  closeCalls(): void {
    return undefined;
  }
}
