/**
 * A set of load clients on one epoll: connects them, sends their requests, checks their answers byte for byte.
 *
 * Runs on the generator's only thread. All sockets are non-blocking; a request may leave and an answer may come
 * in pieces. State lives in typed arrays indexed by client, so that a request allocates nothing. What happens
 * after an answer or a failure is decided by bench/generator/loads/population.ts and by the jobs: bench/generator/loads/open-loop.ts, bench/generator/loads/burst.ts, bench/generator/loads/hold.ts.
 *
 *     idle --open--> connecting --> waiting for the answer --> quiet --request--> waiting …
 *     any  --close, failure--> idle
 */
import { MSG_NOSIGNAL, SystemCallError, addressOf, recv, send } from '../../../src/base/libc.js';
import { nowNs } from '../../lib/clock.js';
import type { Exchange } from './exchange.js';
import type { ErrorKind } from '../protocol/answers.js';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLOUT,
  EPOLLRDHUP,
  Epoll,
  closeSocket,
  connectSocket,
  failureKind,
  isConnected,
  retransmissions,
} from './epoll.js';

export interface ClientEvents {
  /** A connection that was opened without a request stands. */
  connected(client: number): void;
  /** The whole answer came and is right. */
  answered(client: number, nowNs: number): void;
  /** The client has been closed for this reason. */
  failed(client: number, kind: ErrorKind): void;
}

interface ClientsOptions {
  readonly port: number;
  readonly clients: number;
  readonly exchange: Exchange;
  /** Each client connects from a loopback address of its own; see {@link connectSocket}. */
  readonly ownAddresses: boolean;
}

const NO_SOCKET = -1;
const CLOSING = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
const WRITABLE = EPOLLOUT | EPOLLHUP | EPOLLERR;
const REPLY_BYTES = 65_536;

export class Clients {
  readonly #options: ClientsOptions;
  readonly #events: ClientEvents;
  readonly #exchange: Exchange;
  readonly #requestBytes: number;
  readonly #replyBytes: number;
  readonly #epoll = new Epoll();
  readonly #reply = new Uint8Array(REPLY_BYTES);
  readonly #replyWords = new Int32Array(this.#reply.buffer);
  readonly #replyAddress = addressOf(this.#reply);
  readonly #fds: Int32Array;
  readonly #connecting: Uint8Array;
  /** Of the current request, and of its answer. Both whole: nothing is outstanding. */
  readonly #sentBytes: Int32Array;
  readonly #receivedBytes: Int32Array;
  readonly #startedNs: Float64Array;
  /** Counts a client's connections: descriptor numbers are reused, these are not. */
  readonly #generations: Int32Array;

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
  }

  isOpen(client: number): boolean {
    return this.#fds[client] !== NO_SOCKET;
  }

  isWaiting(client: number): boolean {
    return this.isOpen(client) && this.#receivedBytes[client] !== this.#replyBytes;
  }

  get isAnyWaiting(): boolean {
    for (let client = 0; client < this.#options.clients; client++) if (this.isWaiting(client)) return true;
    return false;
  }

  /** When the current or last request began: at its send or, if it opened a connection, at the connect. */
  startedNs(client: number): number {
    return this.#startedNs[client] ?? 0;
  }

  /** Connects and sends the first request as soon as the connection takes it. */
  open(client: number, startNs: number): void {
    const fd = this.#connect(client);
    if (fd === NO_SOCKET) return;
    // Only what the send has left over needs to be told of room: on loopback that is next to never.
    this.#prepare(client, startNs);
    if (!this.#trySend(client)) return;
    this.#epoll.add(fd, client, this.#sentBytes[client] !== this.#requestBytes);
  }

  /** Connects and says nothing. */
  openQuietly(client: number): void {
    const fd = this.#connect(client);
    if (fd === NO_SOCKET) return;
    this.#connecting[client] = 1;
    this.#epoll.add(fd, client, true);
  }

  /** Sends the next request on an open, quiet connection. */
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
    closeSocket(fd);
    this.#fds[client] = NO_SOCKET;
    this.#connecting[client] = 0;
    this.#sentBytes[client] = this.#requestBytes;
    this.#receivedBytes[client] = this.#replyBytes;
  }

  /** Closes every connection, and the set with them. */
  closeAll(): void {
    for (let client = 0; client < this.#options.clients; client++) this.close(client);
    this.#epoll.close();
  }

  /** Segments that were sent again on this client's connection, its SYN included. */
  retransmissions(client: number): number {
    return retransmissions(this.#fds[client] ?? NO_SOCKET);
  }

  /** Lets `outer` tell, as `set`, that {@link poll} has something to handle: for jobs with several sets. */
  watchFrom(outer: Epoll, set: number): void {
    outer.addInner(this.#epoll, set);
  }

  /** Handles what has happened, waiting for it at most so long. */
  poll(timeoutMs: number): void {
    this.#handleAll(this.#epoll.wait(timeoutMs));
  }

  /**
   * As `poll`, but waits to the nanosecond, as well as the system can; see {@link Epoll.waitNs}.
   * @returns when the waiting was over and the handling began
   */
  pollNs(timeoutNs: number): number {
    const count = this.#epoll.waitNs(timeoutNs);
    const wokenNs = nowNs();
    this.#handleAll(count);
    return wokenNs;
  }

  #handleAll(count: number): void {
    const epoll = this.#epoll;
    for (let event = 0; event < count; event++) this.#handle(epoll.clientAt(event), epoll.flagsAt(event));
  }

  #handle(client: number, flags: number): void {
    // One batch has at most one event a socket, and only that event's handling closes it; so it is never stale,
    // unless a job closes other clients than the one it was called for.
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

  /** Reads until the expected bytes have come or, if the peer is closing, until the end can be seen. */
  #receive(client: number, closing: boolean): void {
    const fd = this.#fds[client] ?? NO_SOCKET;
    const generation = this.#generations[client];
    for (;;) {
      const receivedBytes = this.#receivedBytes[client] ?? 0;
      // An echo cannot know more than it was sent. One byte more is asked for, so that a surplus shows at once.
      const sentBytes = this.#sentBytes[client] ?? 0;
      const expectedBytes = (sentBytes === this.#requestBytes ? this.#replyBytes : sentBytes) - receivedBytes;
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
        if (!closing || this.#generations[client] !== generation || this.#fds[client] === NO_SOCKET) return;
      } else if (length < wantedBytes && !closing) {
        return;
      }
    }
  }

  #connect(client: number): number {
    this.#generations[client] = (this.#generations[client] ?? 0) + 1;
    try {
      const fd = connectSocket(this.#options.port, this.#options.ownAddresses ? client : undefined);
      this.#fds[client] = fd;
      return fd;
    } catch (error) {
      // `other` is being out of descriptors or ports: the machine is at its limit, not the server.
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

  /** Sends what the socket takes now. False if the client has failed. */
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
