/**
 * The one listener, on the main thread. Yields accepted connections, one for each time it is asked:
 *
 *     for await (const client of acceptor) …
 *
 * Asking is admission. While nobody asks, since every thread has a client or the iterative server is busy, a new
 * connection waits in the queue or is refused. So one limit serves all models, and it lives here.
 */
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Listed, WaitingView } from '../serving/views.js';
import { closedLine } from '../serving/closed-line.js';
import { peerOf } from '../connection/endpoint.js';
import { StreamConnection } from '../connection/stream.js';
import { removeStaleSocket, startError, type ListenAddress } from '../serving/listen-address.js';
import type { Accepted, AcceptorSettings, Host } from '../serving/host.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';

/** What the acceptor needs to write its lines. */
type AcceptorHost = Pick<Host, 'log' | 'clientLog' | 'service' | 'model' | 'counters'>;

/** As many connections as the kernel keeps for us until main's loop accepts them; it cuts this to its own limit. */
export const BACKLOG = 4096;
/**
 * A client that has vanished without a word, as by a broken network, is asked after so much silence whether it is still
 * there, ten times a second apart. Without a time of our own the kernel would ask after two hours.
 */
const KEEP_ALIVE_MS = 30_000;
/** How long a refused client that has sent something gets to read why. */
const REFUSAL_MS = 1000;
/** accept(2) can fail many thousand times a second while descriptors are short. */
const ERROR_LOG_MS = 1000;

export class Acceptor implements AsyncIterable<Accepted> {
  readonly #settings: AcceptorSettings;
  readonly #host: AcceptorHost;
  readonly #server: Server;
  readonly #queue: Accepted[] = [];
  /** Being told that the server is full; with each, how to be done with it. */
  readonly #refusals = new Set<() => void>();
  #taker: ((client: Accepted | undefined) => void) | undefined;
  #lastId = 0;
  #refused = 0;
  #port = 0;
  #lastErrorLogMs = -Infinity;
  #closed = false;
  #closing: Promise<void> | undefined;
  #patienceMs = 0;
  /** Who waited when it was closed, and is not gone yet. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(settings: AcceptorSettings, host: AcceptorHost) {
    this.#settings = settings;
    this.#host = host;
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const options = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true, ...keepAlive };
    this.#server = createServer(options, (socket) => this.#admit(socket));
  }

  /**
   * Starts listening.
   * @returns the port, or 0 for a Unix-domain socket
   * @throws StartError that says in one line what is wrong with the address
   */
  async listen(address: ListenAddress): Promise<number> {
    if ('path' in address) await removeStaleSocket(address.path);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(startError(address, error)));
      const options: ListenOptions = { ...address, backlog: BACKLOG };
      this.#server.listen(options, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => this.#noteError(error));
    this.#port = (this.#server.address() as AddressInfo).port || 0;
    return this.#port;
  }

  /** The port that it listens on; 0 on a Unix-domain socket, and before it listens. */
  get port(): number {
    return this.#port;
  }

  /** How many connections it has accepted. */
  get accepted(): number {
    return this.#lastId;
  }

  /** How many of them it has sent away. */
  get refused(): number {
    return this.#refused;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many wait in the queue. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Who waits, at most so many of them one by one. */
  describeQueue(most: number): Listed<WaitingView> {
    const nowMs = monotonicMs();
    const first = this.#queue.slice(0, most).map(({ id, socket, acceptedAtMs }) => ({
      connection: id,
      peer: peerOf(socket),
      waitedMs: toMicroseconds(nowMs - acceptedAtMs),
    }));
    return { count: this.#queue.length, first };
  }

  /**
   * Stops listening, ends the iteration and lets go of those who wait. Resolves when they are gone; called again, it is
   * the same.
   * @param patienceMs for how long one that goes on talking is listened to, at the most
   */
  close(patienceMs = 0): Promise<void> {
    return (this.#closing ??= this.#close(Math.min(patienceMs, REFUSAL_MS)));
  }

  async #close(patienceMs: number): Promise<void> {
    this.#closed = true;
    this.#patienceMs = patienceMs;
    this.#server.close();
    this.#taker?.(undefined);
    for (const client of this.#queue.splice(0)) this.#letGo(client);
    for (const end of this.#refusals) end();
    // One that was being accepted at this moment is known after the next look at the sockets.
    await nextTurn();
    await Promise.all(this.#leaving);
  }

  /** Not an async generator: that would cost each connection two more promises. */
  [Symbol.asyncIterator](): AsyncIterator<Accepted, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<Accepted, undefined>> {
    const first = this.#queue.shift();
    if (first) return Promise.resolve({ done: false, value: first });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#taker = (client) => {
        this.#taker = undefined;
        resolve(client ? { done: false, value: client } : { done: true, value: undefined });
      };
    });
  }

  #admit(socket: Socket): void {
    const client: Accepted = { id: ++this.#lastId, socket, acceptedAtMs: monotonicMs() };
    // Until its connection takes over, a reset must not become an uncaught error of the whole server.
    socket.on('error', () => undefined);
    this.#note(client, 'accepted');
    if (this.#closed) this.#letGo(client);
    else if (this.#taker) this.#taker(client);
    else if (this.#settings.overflow === 'queue' && this.#queue.length < this.#settings.queueLimit) {
      this.#queue.push(client);
      this.#note(client, 'queued', { ahead: this.#queue.length - 1 });
    } else this.#refuse(client);
  }

  /** In order, as those who are served are: what it has sent is read, or closing would make the kernel send a reset. */
  #letGo(client: Accepted): void {
    const { id, socket } = client;
    const peer = peerOf(socket);
    const leaving = new StreamConnection(id, socket, 0).finish(this.#patienceMs).then(() => {
      this.#leaving.delete(leaving);
      this.#noteClosed(client, peer, 'stopped', 0);
    });
    this.#leaving.add(leaving);
  }

  #refuse(client: Accepted): void {
    this.#refused++;
    this.#note(client, 'refused', { waiting: this.#queue.length });
    const { socket } = client;
    // Once it is closed its address is forgotten.
    const peer = peerOf(socket);
    const end = () => {
      if (!this.#refusals.delete(end)) return;
      clearTimeout(deadline);
      socket.destroy();
      this.#noteClosed(client, peer, 'refused', socket.bytesWritten);
    };
    this.#refusals.add(end);
    const deadline = setTimeout(end, REFUSAL_MS);
    socket.once('close', end);
    socket.end(this.#host.service.fullAnswer ?? 'ERR server full\n');
    // Reads on until the client closes: closing over unread bytes would send a reset, which can overtake the line.
    socket.resume();
  }

  #note(client: Accepted, message: string, fields?: object): void {
    const { clientLog } = this.#host;
    if (!clientLog.isLevelEnabled('info')) return;
    const { id, socket } = client;
    clientLog.info({ connection: id, peer: peerOf(socket), ...fields }, message);
  }

  #noteClosed(client: Accepted, peer: string, reason: 'stopped' | 'refused', bytesOut: number): void {
    const { id: connection, acceptedAtMs } = client;
    const never = { thread: undefined, startedAtMs: 0, bytesIn: 0 };
    closedLine(this.#host, { connection, peer, reason, acceptedAtMs, bytesOut, ...never });
  }

  #noteError(error: Error): void {
    const nowMs = monotonicMs();
    if (nowMs - this.#lastErrorLogMs < ERROR_LOG_MS) return;
    this.#lastErrorLogMs = nowMs;
    this.#host.log.error({ err: error }, 'accept failed');
  }
}
