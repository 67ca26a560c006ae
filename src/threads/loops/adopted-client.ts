/**
 * One client of a worker: its own descriptor of the connection, in a net.Socket of the worker's
 * loop, and the conversation over it. Worker; adopted-clients.ts has all of them. It is what
 * models/main-thread-clients.ts is to a client of main.
 */
import type { Socket } from 'node:net';
import { monotonicMs } from '../../base/clock.js';
import { close, duplicate } from '../../base/libc/socket.js';
import { bindTcpInfo } from '../../base/libc/tcp-info.js';
import { connectedSocket, descriptorOf } from '../../base/net-socket.js';
import type { LossReason } from '../../connection/connection.js';
import type { Deadlines } from '../../connection/deadlines.js';
import type { EndReason } from '../../connection/end-reason.js';
import { LoopAccount, type Arrival } from '../../connection/loop-account.js';
import type { MainLoop } from '../../connection/main-loop.js';
import type { OutputLimit } from '../../connection/output-limit.js';
import { StreamConnection } from '../../connection/stream.js';
import type { ServiceLog } from '../../log/log.js';
import type { ClientState, Usage } from './protocol.js';
import type { RemoteSession } from './remote-session.js';

/** What the clients of a worker have in common. */
export interface LoopSurroundings {
  readonly idleMs: number;
  readonly deadlines: Deadlines;
  readonly limit: OutputLimit;
  /** Undefined: nothing shows times. */
  readonly loop: MainLoop | undefined;
  readonly log: ServiceLog;
}

const tcpInfo = bindTcpInfo();

export class AdoptedClient {
  readonly id: number;
  readonly connection: StreamConnection;
  /** Its calls of what the clients share; undefined where they share nothing. */
  readonly remote: RemoteSession | undefined;
  readonly #socket: Socket;
  readonly #account: LoopAccount | undefined;
  readonly #wokenAtMs = monotonicMs();
  readonly #startedAtMs: number;
  #onStopped: (() => void) | undefined;

  /**
   * @param from main's descriptor, which main closes when it knows of this one; or a socket that was
   *   transferred
   * @throws SystemCallError, for example EMFILE
   */
  constructor(
    id: number,
    from: number | Socket,
    remote: RemoteSession | undefined,
    around: LoopSurroundings,
  ) {
    this.id = id;
    this.remote = remote;
    this.#socket = typeof from === 'number' ? socketOf(duplicate(from)) : from;
    // Without a descriptor, the socket itself writes.
    const fd = descriptorOf(this.#socket);
    this.#account =
      around.loop && new LoopAccount(around.loop, id, (what) => this.#sinceReceivedMs(fd, what));
    this.connection = new StreamConnection(id, this.#socket, around.idleMs, {
      fd,
      account: this.#account,
      limit: around.limit,
      deadlines: around.deadlines,
      log: around.log,
    });
    this.#startedAtMs = monotonicMs();
  }

  get usage(): Usage {
    return {
      wokenAtMs: this.#wokenAtMs,
      startedAtMs: this.#startedAtMs,
      computedMs: this.#account?.computedMs ?? 0,
      loopWaitMs: (this.remote?.waitedMs ?? 0) + (this.#account?.loopWaitMs ?? 0),
      bytesIn: this.connection.bytesIn,
      bytesOut: this.connection.bytesOut,
    };
  }

  get state(): ClientState {
    const state = this.remote?.isWaiting ? 'call' : this.connection.waitsFor;
    return { connection: this.id, state, ...this.usage };
  }

  /** As a part of a `described` report. */
  get bytes(): readonly [number, number, number] {
    return [this.id, this.connection.bytesIn, this.connection.bytesOut];
  }

  abort(reason: LossReason): void {
    this.connection.abort(reason);
    if (reason === 'stopped') this.#onStopped?.();
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

  close(): void {
    this.#account?.close();
    this.connection.destroy();
  }

  #sinceReceivedMs(fd: number | undefined, what: Arrival): number | undefined {
    // A destroyed socket has closed its descriptor, whose number may be another client's.
    if (this.#socket.destroyed || fd === undefined) return undefined;
    return what === 'bytes' ? tcpInfo.sinceReceivedMs(fd) : tcpInfo.sinceAcknowledgedMs(fd);
  }
}

/** @throws Error when libuv cannot use the descriptor, which is then closed */
function socketOf(fd: number): Socket {
  try {
    return connectedSocket({ fd }, false);
  } catch (error) {
    close(fd);
    throw error;
  }
}
