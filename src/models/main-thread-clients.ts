/**
 * The clients that the main thread serves itself, for the iterative and the event-loop model. Main
 * thread. Read serving/served-client.ts next; the counterpart for client threads is
 * threads/client-threads.ts.
 */
import { monotonicMs } from '../base/clock.js';
import type { LossReason } from '../connection/connection.js';
import type { EndReason } from '../connection/end-reason.js';
import { StreamConnection } from '../connection/stream.js';
import { LoopAccount } from '../connection/loop-account.js';
import { LineLimit } from '../log/line-limit.js';
import { converse } from '../services/conversation.js';
import type { Accepted, AcceptedSocket, Clients, Host } from '../serving/host.js';
import { ServedClient, type ServedSocket, type SocketOwner } from '../serving/served-client.js';
import { ServedClients } from '../serving/served-clients.js';
import type { ClientPlace, ClientView, Serving } from '../serving/views.js';

const MAIN_THREAD = 0;

export class MainThreadClients implements Clients {
  readonly #host: Host;
  readonly #clients = new ServedClients();
  readonly #sockets = new Map<ServedClient, MainThreadSocket>();
  readonly #failures = new LineLimit();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Serves one client to its end. Never rejects. */
  async serve(accepted: Accepted): Promise<void> {
    const socket = new MainThreadSocket(accepted, this.#host);
    const client = ServedClient.enter(this.#host, accepted, socket);
    if (!client) return;
    this.#sockets.set(client, socket);
    this.#clients.add(client);
    const { handshake } = accepted.socket;
    const reason = await socket.untilAborted(
      handshake ? this.#converseAfter(handshake, socket, client) : this.#converse(socket, client),
    );
    try {
      client.end(reason, MAIN_THREAD);
    } finally {
      this.#sockets.delete(client);
      this.#clients.delete(client);
    }
  }

  #converse({ connection }: MainThreadSocket, { session }: ServedClient): Promise<EndReason> {
    return converse(this.#host.code.current, connection, {
      options: this.#host.serviceOptions,
      log: this.#host.log,
      debug: this.#host.logSettings.level === 'debug',
      shared: session,
    });
  }

  async #converseAfter(
    handshake: Promise<string | undefined>,
    socket: MainThreadSocket,
    client: ServedClient,
  ): Promise<EndReason> {
    socket.isSecuring = true;
    const failure = await handshake;
    socket.isSecuring = false;
    if (failure === undefined) return this.#converse(socket, client);
    if (socket.isInputShut) return 'end';
    this.#failures.line(failure, (repeated) =>
      this.#host.clientLog.info(
        { connection: client.id, why: failure, ...repeated },
        'handshake failed',
      ),
    );
    return 'handshake';
  }

  get count(): number {
    return this.#clients.count;
  }

  get bytes(): Clients['bytes'] {
    return this.#clients.bytes;
  }

  describe(most: number): Serving {
    const first: ClientView[] = [];
    for (const [client, { connection, computedMs, loopWaitMs }] of this.#sockets) {
      if (first.length === most) break;
      first.push(client.view(connection.waitsFor, MAIN_THREAD, { computedMs, loopWaitMs }));
    }
    return { clients: { count: this.#clients.count, first } };
  }

  locate(most: number): Serving<ClientPlace> {
    const first: ClientPlace[] = [];
    for (const client of this.#sockets.keys()) {
      if (first.length === most) break;
      first.push(client.place(MAIN_THREAD));
    }
    return { clients: { count: this.#clients.count, first } };
  }

  shutdownRead(): void {
    this.#clients.shutdownRead();
  }

  abort(): void {
    this.#clients.abort();
  }

  whenNone(): Promise<void> {
    return this.#clients.whenNone();
  }

  close(): Promise<void> {
    return this.whenNone();
  }
}

/** A connection on the main thread, as its owner sees it. */
class MainThreadSocket implements ServedSocket {
  readonly connection: StreamConnection;
  /** The model takes a client and runs its handler at once. */
  readonly takenAtMs = monotonicMs();
  readonly startedAtMs = this.takenAtMs;
  readonly coreWaitMs = undefined;
  readonly isSettled = false;
  readonly #account: LoopAccount | undefined;
  readonly #accepted: AcceptedSocket;
  #onStopped: (() => void) | undefined;
  #isInputShut = false;
  /** Its handshake is not over: an end of the input then ends the connection. */
  isSecuring = false;

  constructor({ id, socket }: Accepted, { idleMs, deadlines, loop, outputLimit, log }: Host) {
    this.#accepted = socket;
    this.#account = loop && new LoopAccount(loop, id, (what) => socket.sinceReceivedMs(what));
    const { fd } = socket;
    this.connection = new StreamConnection(id, socket.toSocket(), idleMs, {
      fd,
      account: this.#account,
      limit: outputLimit,
      deadlines,
      log,
    });
  }

  set owner(owner: SocketOwner | undefined) {
    this.connection.owner = owner;
  }

  /** Of the accepted socket, which has asked for it already where a line was written. */
  get peer(): string {
    return this.#accepted.peer;
  }

  get computedMs(): number {
    return this.#account?.computedMs ?? 0;
  }

  get loopWaitMs(): number {
    return this.#account?.loopWaitMs ?? 0;
  }

  get bytesIn(): number {
    return this.connection.bytesIn;
  }

  get bytesOut(): number {
    return this.connection.bytesOut;
  }

  deliver(bytes: Uint8Array): 'delivered' | 'slow' | 'gone' {
    return this.connection.deliver(bytes);
  }

  get isInputShut(): boolean {
    return this.#isInputShut;
  }

  shutdownRead(): void {
    this.#isInputShut = true;
    this.connection.shutdownRead();
    if (this.isSecuring) this.connection.destroy();
  }

  /** The handler's end of stream may come first: finish() sends what is queued before it closes. */
  disconnect(): void {
    this.connection.shutdownRead();
  }

  abort(reason: LossReason): void {
    this.connection.abort(reason);
    if (reason === 'stopped') this.#onStopped?.();
  }

  close(): void {
    this.#account?.close();
    this.connection.destroy();
  }

  /**
   * On a stop, does not wait for the handler: one that sleeps does not notice that its connection
   * is gone.
   */
  untilAborted(conversation: Promise<EndReason>): Promise<EndReason> {
    return new Promise((resolve) => {
      this.#onStopped = () => resolve('stopped');
      void conversation.then(resolve);
    });
  }
}
