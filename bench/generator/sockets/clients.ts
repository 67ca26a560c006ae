/**
 * A set of load clients on one epoll: connects them, sends their requests, compares their answers.
 *
 * Runs in the load process, on its only thread. All sockets are non-blocking; a request and an
 * answer may each take several calls. State is in typed arrays indexed by client, so that a request
 * allocates nothing. The owner decides what follows an answer or a failure: bench/generator/loads/.
 *
 *     idle ── open ──► waiting for the answer ── answered ──► quiet ── request ──► waiting …
 *     idle ── openIdle ──► connecting ── connected ──► quiet
 *     any  ── close, failed ──► idle
 */
import { SystemCallError, addressOf } from '../../../src/base/libc/call.js';
import { MSG_NOSIGNAL, close, recv, send } from '../../../src/base/libc/socket.js';
import { nowNs } from '../../lib/clock.js';
import type { ErrorKind } from '../protocol/error-kinds.js';
import { CLOSING, EPOLLERR, EPOLLHUP, EPOLLOUT, Epoll } from './epoll.js';
import type { Exchange } from './exchange.js';
import {
  NO_SOCKET,
  connectSocket,
  failureKind,
  isConnected,
  retransmissions,
  sourceAddress,
} from './socket.js';

export interface ClientEvents {
  /** A connection opened by {@link Clients.openIdle} is established. */
  connected(client: number): void;
  /** The whole answer has come and is right. */
  answered(client: number, nowNs: number): void;
  /** The client has failed, and its connection is closed. */
  failed(client: number, kind: ErrorKind): void;
}

interface ClientsOptions {
  readonly port: number;
  readonly clients: number;
  readonly exchange: Exchange;
  /** Each client connects from a loopback address of its own; see {@link connectSocket}. */
  readonly ownAddresses: boolean;
}

const WRITABLE = EPOLLOUT | EPOLLHUP | EPOLLERR;
const REPLY_BYTES = 65_536;

export class Clients {
  readonly #options: ClientsOptions;
  readonly #events: ClientEvents;
  readonly #exchange: Exchange;
  readonly #requestBytes: number;
  readonly #replyBytes: number;
  readonly #epoll: Epoll;
  readonly #reply = new Uint8Array(REPLY_BYTES);
  readonly #replyWords = new Int32Array(this.#reply.buffer);
  readonly #replyAddress = addressOf(this.#reply);
  readonly #fds: Int32Array;
  readonly #connecting: Uint8Array;
  /** Bytes of the current request and its answer. If both are complete, nothing is outstanding. */
  readonly #sentBytes: Int32Array;
  readonly #receivedBytes: Int32Array;
  readonly #startedNs: Float64Array;
  /** The number of the client's connection. Unlike a descriptor, it is never reused. */
  readonly #generations: Int32Array;

  /** @throws SystemCallError if epoll fails; RangeError for an invalid number of clients */
  constructor(options: ClientsOptions, events: ClientEvents) {
    const { clients, exchange } = options;
    this.#options = options;
    this.#events = events;
    this.#exchange = exchange;
    this.#requestBytes = exchange.requestBytes;
    this.#replyBytes = exchange.replyBytes;
    this.#fds = new Int32Array(clients).fill(NO_SOCKET);
    this.#connecting = new Uint8Array(clients);
    this.#sentBytes = new Int32Array(clients).fill(this.#requestBytes);
    this.#receivedBytes = new Int32Array(clients).fill(this.#replyBytes);
    this.#startedNs = new Float64Array(clients);
    this.#generations = new Int32Array(clients);
    // Last: if an allocation fails, no descriptor is left open.
    this.#epoll = new Epoll();
  }

  isOpen(client: number): boolean {
    return this.#fds[client] !== NO_SOCKET;
  }

  isWaiting(client: number): boolean {
    return this.isOpen(client) && this.#receivedBytes[client] !== this.#replyBytes;
  }

  get isAnyWaiting(): boolean {
    for (let client = 0; client < this.#options.clients; client++)
      if (this.isWaiting(client)) return true;
    return false;
  }

  /** When the current or last request started: at its send, or at the connect of {@link open}. */
  startedNs(client: number): number {
    return this.#startedNs[client] ?? 0;
  }

  /** Connects and sends a request as soon as the connection takes it. The client must be idle. */
  open(client: number, startNs: number): void {
    const fd = this.#connect(client);
    if (fd === NO_SOCKET) return;
    this.#prepare(client, startNs);
    if (!this.#trySend(client)) return;
    // EPOLLOUT is watched only after a short write, which is rare on loopback.
    this.#epoll.add(fd, client, this.#sentBytes[client] !== this.#requestBytes);
  }

  /** Connects and sends nothing. */
  openIdle(client: number): void {
    const fd = this.#connect(client);
    if (fd === NO_SOCKET) return;
    this.#connecting[client] = 1;
    this.#epoll.add(fd, client, true);
  }

  /** Sends the next request. The connection must be open, without an outstanding request. */
  request(client: number, startNs: number): void {
    this.#prepare(client, startNs);
    if (!this.#trySend(client)) return;
    if (this.#sentBytes[client] !== this.#requestBytes) {
      this.#epoll.watchOutput(this.#fds[client] ?? NO_SOCKET, client);
    }
  }

  close(client: number): void {
    const fd = this.#fds[client] ?? NO_SOCKET;
    if (fd === NO_SOCKET) return;
    close(fd);
    this.#fds[client] = NO_SOCKET;
    this.#connecting[client] = 0;
    this.#sentBytes[client] = this.#requestBytes;
    this.#receivedBytes[client] = this.#replyBytes;
  }

  /** Closes every connection and the epoll. The set cannot be used afterwards. */
  closeAll(): void {
    for (let client = 0; client < this.#options.clients; client++) this.close(client);
    this.#epoll.close();
  }

  /** How many segments the kernel has retransmitted for this client, its SYN included. */
  retransmissions(client: number): number {
    return retransmissions(this.#fds[client] ?? NO_SOCKET);
  }

  /** Makes `outer` report the event `number` when {@link poll} has events to handle. */
  registerWith(outer: Epoll, number: number): void {
    outer.addEpoll(this.#epoll, number);
  }

  /** Waits for events, at most `timeoutMs`, and handles them. */
  poll(timeoutMs: number): void {
    this.#handleAll(this.#epoll.wait(timeoutMs));
  }

  /**
   * As {@link poll}, with a timeout in ns; see {@link Epoll.waitNs}.
   * @returns the time in ns at which the wait ended
   */
  pollNs(timeoutNs: number): number {
    const count = this.#epoll.waitNs(timeoutNs);
    const wokenNs = nowNs();
    this.#handleAll(count);
    return wokenNs;
  }

  #handleAll(count: number): void {
    const epoll = this.#epoll;
    for (let event = 0; event < count; event++)
      this.#handle(epoll.clientAt(event), epoll.flagsAt(event));
  }

  #handle(client: number, flags: number): void {
    // An event is stale only if the owner closed another client: a socket has one per batch.
    if (this.#fds[client] === NO_SOCKET) return;
    if (this.#connecting[client] === 1 && !this.#finishConnecting(client)) return;
    if (
      this.#sentBytes[client] !== this.#requestBytes &&
      (flags & WRITABLE) !== 0 &&
      !this.#trySend(client)
    ) {
      return;
    }
    this.#receive(client, (flags & CLOSING) !== 0);
  }

  /** Reads the expected bytes or, if the peer is closing, until the end of the stream. */
  #receive(client: number, closing: boolean): void {
    const fd = this.#fds[client] ?? NO_SOCKET;
    const generation = this.#generations[client];
    for (;;) {
      const receivedBytes = this.#receivedBytes[client] ?? 0;
      // An echo cannot exceed what was sent. One byte more detects a surplus at once.
      const sentBytes = this.#sentBytes[client] ?? 0;
      const expectedBytes =
        (sentBytes === this.#requestBytes ? this.#replyBytes : sentBytes) - receivedBytes;
      const wantedBytes = expectedBytes < REPLY_BYTES ? expectedBytes + 1 : REPLY_BYTES;
      const length = recv(fd, this.#replyAddress, wantedBytes, 0);
      if (length <= 0) {
        const kind = length === 0 ? 'closedEarly' : failureKind();
        if (kind !== undefined) this.#fail(client, kind);
        return;
      }
      if (
        length > expectedBytes ||
        !this.#exchange.matches(client, receivedBytes, length, this.#reply, this.#replyWords)
      ) {
        this.#fail(client, 'wrongBytes');
        return;
      }
      this.#receivedBytes[client] = receivedBytes + length;
      if (receivedBytes + length === this.#replyBytes) {
        this.#events.answered(client, nowNs());
        if (!closing || this.#generations[client] !== generation || this.#fds[client] === NO_SOCKET)
          return;
      } else if (length < wantedBytes && !closing) {
        return;
      }
    }
  }

  #connect(client: number): number {
    this.#generations[client] = (this.#generations[client] ?? 0) + 1;
    const { port, ownAddresses } = this.#options;
    try {
      const fd = connectSocket(port, ownAddresses ? sourceAddress(client) : undefined);
      this.#fds[client] = fd;
      return fd;
    } catch (error) {
      // `other`: out of descriptors or ports. The machine is at its limit, not the server.
      const refused = error instanceof SystemCallError && error.code === 'ECONNREFUSED';
      this.#events.failed(client, refused ? 'refused' : 'other');
      return NO_SOCKET;
    }
  }

  #finishConnecting(client: number): boolean {
    this.#connecting[client] = 0;
    if (!isConnected(this.#fds[client] ?? NO_SOCKET)) {
      this.#fail(client, 'refused');
      return false;
    }
    this.#events.connected(client);
    return true;
  }

  #prepare(client: number, startNs: number): void {
    this.#exchange.advance(client);
    this.#sentBytes[client] = this.#receivedBytes[client] = 0;
    this.#startedNs[client] = startNs;
  }

  /** Sends what the socket takes now. Returns false if the client has failed. */
  #trySend(client: number): boolean {
    const sentBytes = this.#sentBytes[client] ?? 0;
    const address = this.#exchange.addressOf(client) + sentBytes;
    const fd = this.#fds[client] ?? NO_SOCKET;
    const length = send(fd, address, this.#requestBytes - sentBytes, MSG_NOSIGNAL);
    if (length >= 0) {
      this.#sentBytes[client] = sentBytes + length;
      return true;
    }
    const kind = failureKind();
    if (kind === undefined) return true;
    this.#fail(client, kind);
    return false;
  }

  #fail(client: number, kind: ErrorKind): void {
    this.close(client);
    this.#events.failed(client, kind);
  }
}
