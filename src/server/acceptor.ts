/**
 * The listener. Main thread. Yields one accepted connection each time its iterator is asked:
 *
 *     for await (const client of acceptor) …
 *
 * Asking is admission. While the model does not ask, because every thread has a client or the
 * iterative server is busy, a new connection waits in the queue or is refused. So one limit serves
 * all models. Read models/iterative.ts next.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BacklogView, ClientPlace, Listed, WaitingView } from '../serving/views.js';
import { closedLine } from '../serving/closed-line.js';
import { StreamConnection } from '../connection/stream.js';
import type {
  Accepted,
  AcceptedSocket,
  AcceptorSettings,
  Admission,
  Clients,
  Host,
  Listening,
  Model,
} from '../serving/host.js';
import type { ListenAddress } from '../serving/listen-address.js';
import { BacklogWait } from './backlog-wait.js';
import { Departures } from './departed.js';
import { Listener } from './listener.js';
import { Refusals } from './refusals.js';
import { LineLimit } from '../log/line-limit.js';
import { monotonicMs, toMicroseconds } from '../base/clock.js';

/** What the acceptor needs to write its lines. */
type AcceptorHost = Pick<
  Host,
  'log' | 'clientLog' | 'closedLog' | 'showsTimes' | 'service' | 'counters' | 'loop' | 'descriptors'
>;

/** How long, at most, a closing server reads what a queued client still sends. */
const MOST_LINGER_MS = 1000;

/** How long after a failure accept(2) counts as failing. */
const FAILING_MS = 1000;

export class Acceptor implements Admission {
  readonly #settings: AcceptorSettings;
  readonly #host: AcceptorHost;
  readonly #listener: Listening;
  readonly #backlogWait: BacklogWait;
  /** Those that the model serves. */
  readonly #clients: Pick<Clients, 'count'>;
  /** Handlers run on main's loop, too. */
  readonly #sharesLoop: boolean;
  readonly #threadsAccept: boolean;
  /** Of a descriptor that a thread has accepted. */
  #socketOf: ((fd: number, peer: Uint8Array) => AcceptedSocket) | undefined;
  readonly #queue: Accepted[] = [];
  /** Accepted in this batch; the model may still ask for them before they have to wait. */
  readonly #arrived: Accepted[] = [];
  readonly #refusals = new Refusals();
  #onClient: ((client: Accepted | undefined) => void) | undefined;
  #lastId = 0;
  #refused = 0;
  #port = 0;
  readonly #departures: Departures;
  /** Without free descriptors, accepting can pause many times a second, and accept(2) fail. */
  readonly #errorLines = new LineLimit();
  #failedAtMs = -Infinity;
  #closed = false;
  #closing: Promise<void> | undefined;
  #lingerMs = 0;
  /** Clients that the closing acceptor has not ended yet. */
  readonly #leaving = new Set<Promise<void>>();

  /** @param secure puts TLS around each connection; undefined: none */
  constructor(
    settings: AcceptorSettings,
    host: AcceptorHost,
    model: Model,
    secure?: (socket: AcceptedSocket) => AcceptedSocket,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#clients = model.clients;
    this.#threadsAccept = model.listening !== undefined;
    this.#sharesLoop = !model.takesDescriptors;
    const readsFirst = host.service.framing !== 'none';
    this.#departures = new Departures(this.#queue, readsFirst, (client) => this.#closeLeft(client));
    const events = {
      onConnection: secure
        ? (socket: AcceptedSocket) => this.#admit(secure(socket))
        : (socket: AcceptedSocket) => this.#admit(socket),
      onError: (error: Error) => this.#noteError(error),
      onPaused: () => this.#notePaused(),
    };
    this.#listener = model.listening ?? new Listener(host.descriptors, events);
    this.#backlogWait = new BacklogWait(() => this.#listener.emptyAtMs);
  }

  /**
   * Starts listening.
   * @returns the port, or 0 for a Unix-domain socket
   * @throws StartError when the address cannot be used, with the reason in one line
   */
  async listen(address: ListenAddress): Promise<number> {
    if (this.#threadsAccept) {
      const { AcceptedDescriptor } = await import('./accepted-socket.js');
      this.#socketOf = (fd, peer) => new AcceptedDescriptor(fd, undefined, peer);
    }
    return (this.#port = await this.#listener.listen(address));
  }

  /** The port that the acceptor listens on; 0 on a Unix-domain socket, and before it listens. */
  get port(): number {
    return this.#port;
  }

  /** The IP address that the acceptor listens on; undefined on a Unix-domain socket. */
  get ipAddress(): string | undefined {
    return this.#listener.ipAddress;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#lastId;
  }

  /** Connections refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Why a connection that comes now is not served or queued; undefined if it is. */
  get obstacle(): string | undefined {
    if (this.#closed) return 'the server is stopping';
    if (monotonicMs() - this.#failedAtMs < FAILING_MS) return 'accept(2) fails';
    // What no thread has accepted yet waits in the kernel.
    if (this.#onClient || this.#threadsAccept) return undefined;
    const { overflow, queueLimit } = this.#settings;
    if (overflow === 'refuse') return 'the server is full';
    return this.#queue.length < queueLimit ? undefined : 'the queue is full';
  }

  /** Connections in the queue. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The queue, with its first `most` connections one by one. */
  describeQueue(most: number): Listed<WaitingView> {
    const nowMs = monotonicMs();
    const first = this.#queue.slice(0, most).map(({ id, socket, acceptedAtMs, backlogMs }) => ({
      connection: id,
      peer: socket.peer,
      ...(backlogMs !== undefined && { backlogMs }),
      waitedMs: toMicroseconds(nowMs - acceptedAtMs),
    }));
    return { count: this.#queue.length, first };
  }

  /** The same without the details. */
  locateQueue(most: number): Listed<ClientPlace> {
    const first = this.#queue.slice(0, most).map(({ id }) => ({ connection: id }));
    return { count: this.#queue.length, first };
  }

  /** The kernel's queue, and the longest wait in it since this was last asked. */
  takeBacklog(): BacklogView | undefined {
    const longestMs = this.#backlogWait.takeLongestMs();
    const { acceptQueue } = this.#listener;
    return acceptQueue && { ...acceptQueue, longestMs };
  }

  /**
   * Stops listening, ends the iteration and closes the queued clients. Resolves when they are
   * closed; called again, returns the same promise.
   * @param lingerMs how long, at most, what a queued client still sends is read and dropped
   */
  close(lingerMs = 0): Promise<void> {
    return (this.#closing ??= this.#close(Math.min(lingerMs, MOST_LINGER_MS)));
  }

  async #close(lingerMs: number): Promise<void> {
    this.#closed = true;
    this.#lingerMs = lingerMs;
    this.#listener.close();
    this.#onClient?.(undefined);
    const waiting = [...this.#queue.splice(0), ...this.#arrived.splice(0)];
    for (const client of waiting) this.#closeWaiting(client);
    this.#refusals.endAll();
    // A connection that libuv is accepting at this moment is admitted in the next turn of the loop.
    await nextTurn();
    await Promise.all(this.#leaving);
  }

  /** No async generator: it would cost each connection two more promises. */
  [Symbol.asyncIterator](): AsyncIterator<Accepted, undefined> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<Accepted, undefined>> {
    const first = this.#queue.shift() ?? this.#arrived.shift();
    if (first) return Promise.resolve({ done: false, value: first });
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#onClient = (client) => {
        this.#onClient = undefined;
        resolve(client ? { done: false, value: client } : { done: true, value: undefined });
      };
    });
  }

  #admit(socket: AcceptedSocket): void {
    const acceptedAtMs = monotonicMs();
    if (this.#sharesLoop) this.#host.loop?.enterOther(acceptedAtMs);
    const backlogMs = this.#host.showsTimes
      ? this.#backlogWait.of(socket, acceptedAtMs)
      : undefined;
    const client: Accepted = { id: ++this.#lastId, socket, acceptedAtMs, backlogMs };
    this.#note(client, 'accepted', { backlogMs });
    if (this.#closed) this.#closeWaiting(client);
    else if (this.#onClient) this.#onClient(client);
    else if (this.#arrived.push(client) === 1) {
      // A batch comes in one go, and the model asks for each client in a microtask. What it has not
      // asked for when all of them have run must wait.
      queueMicrotask(() => process.nextTick(() => this.#queueArrived()));
    }
  }

  #queueArrived(): void {
    const { overflow, queueLimit } = this.#settings;
    for (const client of this.#arrived.splice(0)) {
      if (overflow === 'queue' && this.#queue.length < queueLimit)
        this.#enqueue(client, this.#queue.length);
      else this.#refuse(client);
    }
  }

  /** A client that was admitted keeps its place, even in a full queue. */
  giveBack(client: Accepted): void {
    if (this.#closed) this.#closeWaiting(client);
    else if (this.#onClient) this.#onClient(client);
    else if (this.#settings.overflow === 'queue') {
      const place = this.#queue.findIndex(({ id }) => id > client.id);
      this.#enqueue(client, place === -1 ? this.#queue.length : place);
    } else this.#refuse(client);
  }

  noteAccepted(from: Omit<Accepted, 'socket'>, fd: number, peer: Uint8Array): Accepted {
    if (!this.#socketOf) throw new Error('a thread accepted before the server listened');
    const client: Accepted = { ...from, socket: this.#socketOf(fd, peer) };
    this.#lastId++;
    this.#backlogWait.note(client.backlogMs);
    this.#note(client, 'accepted', { backlogMs: client.backlogMs });
    return client;
  }

  #enqueue(client: Accepted, place: number): void {
    if (place === this.#queue.length) this.#queue.push(client);
    else this.#queue.splice(place, 0, client);
    this.#departures.watch();
    // Those that are served are what it waits for as well.
    this.#note(client, 'queued', { ahead: place + this.#clients.count });
  }

  #closeLeft(client: Accepted): void {
    const { peer } = client.socket;
    client.socket.close();
    this.#noteClosed(client, peer, 'left', 0);
  }

  /** Reads what the client has sent before closing: otherwise the kernel would send a reset. */
  #closeWaiting(client: Accepted): void {
    const { id, socket } = client;
    const { peer } = socket;
    const leaving = new StreamConnection(id, socket.toSocket(), 0)
      .finish(this.#lingerMs)
      .then(() => {
        this.#leaving.delete(leaving);
        this.#noteClosed(client, peer, 'stopped', 0);
      });
    this.#leaving.add(leaving);
  }

  #refuse(client: Accepted): void {
    this.#refused++;
    this.#note(client, 'refused', { waiting: this.#queue.length });
    // A closed socket has forgotten its peer.
    const { peer } = client.socket;
    const answer = this.#host.service.fullAnswer ?? 'ERR server full\n';
    this.#refusals.refuse(client.socket, answer, (bytesOut) =>
      this.#noteClosed(client, peer, 'refused', bytesOut),
    );
  }

  #note(client: Accepted, message: string, fields?: object): void {
    const { clientLog } = this.#host;
    if (!clientLog.isLevelEnabled('info')) return;
    const { id, socket } = client;
    clientLog.info({ connection: id, peer: socket.peer, ...fields }, message);
  }

  #noteClosed(
    client: Accepted,
    peer: string,
    reason: 'stopped' | 'refused' | 'left',
    bytesOut: number,
  ): void {
    const unserved = { thread: undefined, bytesIn: 0 };
    closedLine(this.#host, { accepted: client, peer, reason, bytesOut, ...unserved });
  }

  #notePaused(): void {
    const { open, limit } = this.#host.descriptors;
    this.#errorLines.line('accepting paused', (repeated) =>
      this.#host.log.warn({ open, limit, ...repeated }, 'accepting paused'),
    );
  }

  #noteError(error: Error): void {
    this.#failedAtMs = monotonicMs();
    this.#errorLines.line('accept failed', (repeated) =>
      this.#host.log.error({ err: error, ...repeated }, 'accept failed'),
    );
  }
}
