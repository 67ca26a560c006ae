/**
 * An accepted connection and its one owner, the main thread. listener.ts makes them, in two forms:
 *
 *     AcceptedDescriptor   Linux: a descriptor, with no net.Socket until a model asks for one. Creating a net.Socket
 *                          costs more than everything else that main does for a client of a thread.
 *     AcceptedNetSocket    elsewhere: the net.Socket that Node made
 */
import type { Socket } from 'node:net';
import { addressOf, errorName } from '../base/libc/call.js';
import {
  MSG_DONTWAIT,
  MSG_PEEK,
  close,
  peerSocketAddress,
  recv,
  setBlocking,
  setNonBlocking,
} from '../base/libc/socket.js';
import { bindTcpInfo } from '../base/libc/tcp-info.js';
import { connectedSocket } from '../base/net-socket.js';
import type { Endpoint } from '../connection/connection.js';
import type { Arrival } from '../connection/loop-account.js';
import { endpointOf, peerOf } from '../connection/endpoint.js';
import type { AcceptedSocket } from '../serving/host.js';

const tcpInfo = process.platform === 'linux' ? bindTcpInfo() : undefined;

/** Receives the byte that a look at a waiting client finds. */
const peeked = new Uint8Array(1);
const peekedAddress = addressOf(peeked);

/** The part that this project uses of libuv's handle of a connection. Node does not document it. */
export interface ConnectionHandle {
  readonly fd: number;
  close(): void;
}

export class AcceptedDescriptor implements AcceptedSocket {
  readonly fd: number;
  readonly #handle: ConnectionHandle | undefined;
  #peer: Endpoint | undefined;
  #socket: Socket | undefined;
  #hasClosed = false;
  #blocks: boolean;

  /**
   * @param handle what libuv has accepted it with; undefined if accept4(2) has, and the descriptor
   * blocks
   * @param peer its socket address, if it is known
   */
  constructor(fd: number, handle?: ConnectionHandle, peer?: Uint8Array) {
    this.fd = fd;
    this.#handle = handle;
    this.#blocks = !handle;
    if (peer) this.#peer = endpointOf(peer);
  }

  get peer(): Endpoint {
    return (this.#peer ??= this.#findPeer());
  }

  backlogMs(): number | undefined {
    return tcpInfo?.sinceSentMs(this.fd);
  }

  sinceReceivedMs(what: Arrival): number | undefined {
    if (this.#hasClosed || !tcpInfo) return undefined;
    return what === 'bytes'
      ? tcpInfo.sinceReceivedMs(this.fd)
      : tcpInfo.sinceAcknowledgedMs(this.fd);
  }

  hasLeft(readsFirst: boolean): boolean {
    const count = recv(this.fd, peekedAddress, peeked.length, MSG_PEEK | MSG_DONTWAIT);
    if (count === -1) return errorName() !== 'EAGAIN';
    return count === 0 ? readsFirst : (tcpInfo?.isClosed(this.fd) ?? false);
  }

  setBlocking(): void {
    if (this.#blocks) return;
    setBlocking(this.fd);
    this.#blocks = true;
  }

  toSocket(): Socket {
    return (this.#socket ??= this.#makeSocket());
  }

  close(): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    if (this.#socket) this.#socket.destroy();
    else if (this.#handle) this.#handle.close();
    else close(this.fd);
  }

  #findPeer(): Endpoint {
    const address = this.#hasClosed ? undefined : peerSocketAddress(this.fd);
    return address ? endpointOf(address) : 'unknown';
  }

  #makeSocket(): Socket {
    // Of a client that was lent to a thread which could not serve it.
    if (this.#handle && this.#blocks) setNonBlocking(this.fd);
    return connectedSocket(this.#handle ? { handle: this.#handle } : { fd: this.fd }, true);
  }
}

export class AcceptedNetSocket implements AcceptedSocket {
  readonly fd = undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get peer(): Endpoint {
    return peerOf(this.#socket);
  }

  backlogMs(): undefined {
    return undefined;
  }

  sinceReceivedMs(): undefined {
    return undefined;
  }

  hasLeft(): boolean {
    return this.#socket.destroyed;
  }

  setBlocking(): void {
    throw new Error('thread-per-client needs Linux');
  }

  toSocket(): Socket {
    return this.#socket;
  }

  close(): void {
    this.#socket.destroy();
  }
}
