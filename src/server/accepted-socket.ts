/**
 * An accepted connection and its one owner, the main thread. listener.ts makes them, in two forms:
 *
 *     AcceptedDescriptor   Linux: a descriptor, with no net.Socket until a model asks for one. Creating a net.Socket
 *                          costs more than everything else that main does for a client of a thread.
 *     AcceptedNetSocket    elsewhere: the net.Socket that Node made
 */
import { Socket } from 'node:net';
import { bindTcpInfo, close, peerSocketAddress, setBlocking } from '../base/libc.js';
import type { Endpoint } from '../connection/connection.js';
import type { Arrival } from '../connection/loop-account.js';
import { endpointOf, peerOf } from '../connection/endpoint.js';
import type { AcceptedSocket } from '../serving/host.js';

const tcpInfo = process.platform === 'linux' ? bindTcpInfo() : undefined;

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

  /**
   * @param handle what libuv has accepted it with; undefined if accept4(2) has, and the descriptor
   * blocks
   */
  constructor(fd: number, handle?: ConnectionHandle) {
    this.fd = fd;
    this.#handle = handle;
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

  setBlocking(): void {
    if (this.#handle) setBlocking(this.fd);
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
    if (!this.#handle) return new Socket({ fd: this.fd, allowHalfOpen: true });
    // Node makes the sockets of a server from a handle in the same way, without documenting it.
    const options = { handle: this.#handle, allowHalfOpen: true, pauseOnCreate: true };
    return new Socket(options);
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
