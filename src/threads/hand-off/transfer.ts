/**
 * `--handoff transfer`: main makes a net.Socket and transfers it in a message, as Node's own way to
 * give a connection to a thread (nodejs/node #64225).
 *
 *     main                                         client thread
 *     control = a copy of the descriptor
 *     port.postMessage(socket, [socket]) ────────► receiveMessageOnPort(port), after its wake-up
 *     mailbox.lend(-1) ─────── shared memory ────► recv(fd), send(fd) … on the socket's descriptor
 *                                                  socket.destroy()
 *     close(control)   ◄────── doorbell ────────── mailbox.settle()
 *
 * Node closes what main had of the socket: `_handle` is null, and its number may be another
 * client's. So main keeps a copy, the control descriptor: with it main shuts the socket down, sends
 * beside the thread, and looks whether the client has left. Without it a stop would have to wait for
 * every client. Who closes what cannot be confused: each descriptor has one owner, and the socket in a
 * message that no thread has taken is closed with the port.
 *
 * A thread that sleeps on its mailbox takes no messages, so the mailbox wakes it. A thread that
 * starts gets the message only when it is up: one that fails to start would take the client with it.
 */
import { Socket } from 'node:net';
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { descriptorOf, transferListOf } from '../../base/net-socket.js';
import type { MaybePromise } from '../../connection/connection.js';
import type { EndReason } from '../../connection/end-reason.js';
import { close, duplicate, setBlocking } from '../../base/libc/socket.js';
import type { AcceptedSocket } from '../../serving/host.js';
import { DescriptorLease, type Recipient } from '../lease.js';
import type { Mailbox } from '../mailbox.js';
import { LentClients } from './lend.js';
import type { Taken } from './client-source.js';

/** Main's side: a lease of the control descriptor. */
export class TransferLease extends DescriptorLease {
  readonly #accepted: AcceptedSocket;

  constructor(accepted: AcceptedSocket) {
    super(controlOf(accepted));
    this.#accepted = accepted;
  }

  override giveTo(slot: Recipient, connection: number): void {
    rememberPeer(this.#accepted);
    if (slot.thread !== undefined) this.#post(slot);
    slot.mailbox.lend(this.fd, connection);
    if (slot.thread === undefined) void slot.ready.then(() => this.#postLate(slot), nothing);
  }

  override takeBack(): void {
    super.end();
  }

  override end(): void {
    super.end();
    // Has no effect on one that was transferred.
    this.#accepted.close();
  }

  #post({ sockets }: Recipient): void {
    const socket = this.#accepted.toSocket();
    sockets?.postMessage(socket, transferListOf(socket));
  }

  /** The thread waits for a message, so it gets one: without a socket, its calls fail at once. */
  #postLate(slot: Recipient): void {
    try {
      this.#post(slot);
    } catch {
      slot.sockets?.postMessage(undefined);
    }
  }
}

/** It is asked for while the accepted descriptor is there, and kept. */
const rememberPeer = (accepted: AcceptedSocket): string => accepted.peer;

/** The client is given back, or ends with its thread: see client-threads.ts. */
const nothing = (): void => undefined;

/** An accepted socket as far as a lease needs it, over a copy of its descriptor. */
function controlOf(accepted: AcceptedSocket): Pick<AcceptedSocket, 'fd' | 'setBlocking' | 'close'> {
  const fd = accepted.fd === undefined ? undefined : duplicate(accepted.fd);
  return {
    fd,
    // The thread does, since Node makes a socket that arrives non-blocking.
    setBlocking: nothing,
    close() {
      if (fd !== undefined) close(fd);
    },
  };
}

/** Client thread. */
export class TransferredClients extends LentClients {
  readonly #port: MessagePort;
  #socket: Socket | undefined;
  /** Messages that came while the thread's event loop turned: that takes them off the port. */
  readonly #arrived: unknown[] = [];
  #onMessage = (message: unknown): void => void this.#arrived.push(message);

  constructor(mailbox: Mailbox, port: MessagePort) {
    super(mailbox);
    this.#port = port;
    port.on('message', (message) => this.#onMessage(message)).unref();
  }

  override next(): MaybePromise<Taken | undefined> {
    const lent = this.mailbox.take();
    if (lent === undefined) return undefined;
    const { connection } = lent;
    if (this.#arrived.length > 0) return this.#take(this.#arrived.shift(), connection);
    const received: { readonly message: unknown } | undefined = receiveMessageOnPort(this.#port);
    if (received) return this.#take(received.message, connection);
    return new Promise((resolve) => {
      const keep = this.#onMessage;
      this.#onMessage = (message) => {
        this.#onMessage = keep;
        resolve(this.#take(message, connection));
      };
    });
  }

  override settle(reason: EndReason): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    super.settle(reason);
  }

  #take(message: unknown, connection: number): Taken {
    if (!(message instanceof Socket)) return { fd: -1, connection };
    this.#socket = message;
    const fd = openDescriptorOf(message);
    setBlocking(fd);
    return { fd, connection };
  }
}

/** @throws Error when this Node keeps the descriptor elsewhere */
function openDescriptorOf(socket: Socket): number {
  const fd = descriptorOf(socket);
  if (fd !== undefined) return fd;
  throw new Error(`this Node (${process.version}) does not show the descriptor of a net.Socket`);
}
