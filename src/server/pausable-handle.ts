/**
 * A listening socket that can stop accepting while the kernel keeps the connections that come. Main
 * thread, Linux; for listener.ts.
 *
 *     polled ── pause() ──► the handle is closed, a duplicate of its descriptor keeps the socket open
 *        ▲────  resume() ── a new handle polls the duplicate
 *
 * Only closing its handle makes libuv stop polling a listening socket. This is the only file that
 * knows where `net` keeps a listener's handle, which is not documented.
 */
import type { Server } from 'node:net';
import { StartError } from '../base/errors.js';
import type { ConnectionHandle } from './accepted-socket.js';

export type HandleCalls = Pick<typeof import('../base/libc/socket.js'), 'close' | 'duplicate'>;

type OnConnection = (this: unknown, status: number, connection?: ConnectionHandle) => void;

/** libuv's handle of a listening socket. */
interface ListenerHandle {
  readonly fd: number;
  onconnection: OnConnection;
}

export class PausableHandle {
  readonly #server: Server;
  readonly #calls: HandleCalls;
  readonly #backlog: number;
  readonly #onConnection: (connection: ConnectionHandle) => void;
  #fd = -1;
  #paused = false;

  /**
   * @param server which listens
   * @param onConnection called for each connection that libuv has accepted
   * @throws StartError when this Node keeps the handle elsewhere
   */
  constructor(
    server: Server,
    calls: HandleCalls,
    backlog: number,
    onConnection: (connection: ConnectionHandle) => void,
  ) {
    this.#server = server;
    this.#calls = calls;
    this.#backlog = backlog;
    this.#onConnection = onConnection;
    this.#take();
  }

  /** Of the listening socket. */
  get fd(): number {
    return this.#fd;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** @throws SystemCallError when no descriptor is left for the duplicate; it then goes on */
  pause(): void {
    const duplicate = this.#calls.duplicate(this.#fd);
    this.#paused = true;
    this.#server.close();
    this.#fd = duplicate;
  }

  resume(): void {
    this.#paused = false;
    this.#server.listen({ fd: this.#fd, backlog: this.#backlog });
    this.#take();
  }

  close(): void {
    if (this.#paused) this.#calls.close(this.#fd);
    else this.#server.close();
    this.#paused = false;
  }

  #take(): void {
    const handle = handleOf(this.#server);
    const byNode = handle.onconnection;
    handle.onconnection = (status, connection) => {
      if (status === 0 && connection) this.#onConnection(connection);
      else byNode.call(handle, status, connection);
    };
    this.#fd = handle.fd;
  }
}

/**
 * `_handle` is not documented and so not in the types: hence the cast, and the check of what it
 * holds.
 * @throws StartError when this Node keeps the handle elsewhere
 */
function handleOf(server: Server): ListenerHandle {
  const { _handle } = server as unknown as { _handle?: Partial<ListenerHandle> | null };
  if (
    typeof _handle?.fd === 'number' &&
    _handle.fd >= 0 &&
    typeof _handle.onconnection === 'function'
  ) {
    return _handle as ListenerHandle;
  }
  throw new StartError(
    `this Node (${process.version}) does not show the descriptor of a listening socket`,
  );
}
