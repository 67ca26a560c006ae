/**
 * One client while it is served, whichever thread runs its handler. Main thread; one class for all
 * models.
 *
 *     enter ──► served ──► end: leaves what the clients share, closes its descriptor, writes its closed line
 *                 └─ disconnect, shutdownRead, abort: main ends the conversation early
 *
 * Whatever a service or a shared object throws, each client leaves once, its descriptor is closed
 * once, and its closed line is written. The models differ in the {@link ServedSocket} behind it:
 * models/main-thread-clients.ts and threads/leased-socket.ts.
 */
import { monotonicMs, toMicroseconds } from '../base/clock.js';
import { errOf } from '../base/thrown.js';
import type { Endpoint, LossReason } from '../connection/connection.js';
import { reasonOf, type EndReason, type InputEnd } from '../connection/end-reason.js';
import { ClientMember, type Outlet } from '../shared/client-member.js';
import type { Session } from '../shared/shared.js';
import { closedLine, type ServedTimes } from './closed-line.js';
import type { Accepted, Host } from './host.js';
import type { ClientPlace, ClientView, State, TimesSoFar } from './views.js';

/** What a socket may ask of the client that it serves. */
export interface SocketOwner {
  abort(why: 'slow'): void;
}

/** Why main aborts a conversation. */
type AbortReason = 'stopped' | 'slow' | 'reset' | 'task limit';

/** What main can do with a client's socket while the client's handler uses it. */
export interface ServedSocket extends ServedTimes {
  /** Set before the handler begins. */
  owner: SocketOwner | undefined;
  /** Asking costs a system call. */
  readonly peer: Endpoint;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /**
   * The handler has ended, and main has not dealt with that yet: the client is neither stopped nor
   * aborted.
   */
  readonly isSettled: boolean;
  /**
   * Sends beside the handler, without waiting.
   * @returns `slow` when the client leaves too much unread, `gone` when it cannot be sent to any
   * more
   */
  deliver(bytes: Uint8Array): 'delivered' | 'slow' | 'gone';
  /** The handler reads what has arrived, then an end of stream. It may still send. */
  shutdownRead(): void;
  /** The same, as soon as what was delivered has been sent. Waits a second at most. */
  disconnect(): void;
  /** Every call of the handler on the connection fails at once. */
  abort(reason: LossReason): void;
  /** No handler has begun with it, and its descriptor stays open. Only threads fail to begin. */
  withdraw?(): void;
  /** Closes the descriptor, which the handler does not use any more. */
  close(): void;
}

export class ServedClient implements Outlet, SocketOwner {
  readonly id: number;
  readonly #accepted: Accepted;
  readonly #socket: ServedSocket;
  readonly #host: Host;
  /**
   * Asked for at once, because a closed socket has forgotten its peer. Empty where no line prints
   * it.
   */
  readonly #peer: Endpoint;
  #session: Session | undefined;
  #hasLeft = false;
  #hasEnded = false;
  #leaveFailed = false;
  /** Why main has ended the input: an end of stream is then main's doing and not the client's. */
  #inputEnd: InputEnd | undefined;
  /**
   * Why main has aborted the conversation: whatever error its handler reports is then main's doing,
   * too.
   */
  #aborted: AbortReason | undefined;

  /**
   * Takes the client into what the clients of its service share.
   * @returns undefined when that failed: the client has then ended already
   */
  static enter(host: Host, accepted: Accepted, socket: ServedSocket): ServedClient | undefined {
    const client = new ServedClient(host, accepted, socket);
    try {
      client.#session = host.shared?.enter(new ClientMember(accepted.id, client));
      return client;
    } catch (error) {
      client.#logFailure(error);
      client.end('error', undefined);
      return undefined;
    }
  }

  private constructor(host: Host, accepted: Accepted, socket: ServedSocket) {
    this.id = accepted.id;
    this.#host = host;
    this.#accepted = accepted;
    this.#socket = socket;
    socket.owner = this;
    this.#peer = host.clientLog.isLevelEnabled('info') ? socket.peer : '';
  }

  /** By the monotonic clock. */
  get acceptedAtMs(): number {
    return this.#accepted.acceptedAtMs;
  }

  get bytesIn(): number {
    return this.#socket.bytesIn;
  }

  get bytesOut(): number {
    return this.#socket.bytesOut;
  }

  /** What its handler calls on main; undefined where clients share nothing. */
  get session(): Session | undefined {
    return this.#session;
  }

  deliver(bytes: Uint8Array): void {
    if (this.#aborted || this.#hasEnded) return;
    const outcome = this.#socket.deliver(bytes);
    if (outcome === 'slow') this.abort('slow');
    else if (outcome === 'gone') this.#leave();
  }

  disconnect(): void {
    if (this.#hasEnded) return;
    this.#inputEnd ??= 'dismissed';
    this.#socket.disconnect();
  }

  /**
   * No handler has begun to serve it, and another may: it leaves what the clients share, and its
   * descriptor stays open.
   */
  withdraw(): Accepted {
    this.#hasEnded = true;
    this.#leave();
    this.#socket.withdraw?.();
    return this.#accepted;
  }

  /** For a stop: the answer that the handler computes is still sent, and an idle client ends. */
  shutdownRead(): void {
    if (this.#hasEnded || this.#socket.isSettled) return;
    this.#inputEnd ??= 'stopped';
    this.#socket.shutdownRead();
  }

  abort(why: AbortReason): void {
    if (this.#hasEnded || this.#socket.isSettled) return;
    this.#aborted ??= why;
    this.#socket.abort(why);
    // The others do not get what the client sent before it was aborted.
    if (why === 'slow') this.#leave();
  }

  /**
   * The handler does not use the connection any more. Called again, does nothing.
   * @param thread the thread that served the client, 0 for main; undefined if none did
   */
  end(reason: EndReason | 'thread lost', thread: number | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      this.#leave();
    } finally {
      try {
        this.#socket.close();
      } finally {
        closedLine(this.#host, {
          accepted: this.#accepted,
          thread,
          peer: this.#peer,
          reason: this.#aborted ?? (this.#leaveFailed ? 'error' : reasonOf(reason, this.#inputEnd)),
          bytesIn: this.#socket.bytesIn,
          bytesOut: this.#socket.bytesOut,
          times: this.#socket,
        });
      }
    }
  }

  place(thread: number | undefined): ClientPlace {
    return { connection: this.id, ...(thread !== undefined && { thread }) };
  }

  view(state: State, thread: number | undefined, times: TimesSoFar): ClientView {
    const { peer, takenAtMs, startedAtMs, bytesIn, bytesOut } = this.#socket;
    const { acceptedAtMs, backlogMs } = this.#accepted;
    const nowMs = monotonicMs();
    const startMs = startedAtMs || nowMs;
    return {
      ...this.place(thread),
      peer,
      state,
      ...(backlogMs !== undefined && { backlogMs }),
      waitedMs: toMicroseconds(startMs - acceptedAtMs),
      queuedMs: toMicroseconds(takenAtMs - acceptedAtMs),
      ...roundedTimes(times),
      servedMs: toMicroseconds(nowMs - startMs),
      bytesIn,
      bytesOut,
    };
  }

  /**
   * Called early for a client that is too slow or gone. Its session must not fail the other
   * clients: never throws.
   */
  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    try {
      this.#session?.leave();
    } catch (error) {
      this.#leaveFailed = true;
      this.#logFailure(error);
    }
  }

  #logFailure(error: unknown): void {
    this.#host.log.error({ connection: this.id, err: errOf(error) }, 'service failed');
  }
}

function roundedTimes({ computedMs, loopWaitMs, coreWaitMs }: TimesSoFar): TimesSoFar {
  return {
    ...(computedMs !== undefined && { computedMs: toMicroseconds(computedMs) }),
    ...(loopWaitMs !== undefined && { loopWaitMs: toMicroseconds(loopWaitMs) }),
    ...(coreWaitMs !== undefined && { coreWaitMs: toMicroseconds(coreWaitMs) }),
  };
}
