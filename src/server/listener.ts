/**
 * The listening socket, and how connections are accepted. Main thread. Read acceptor.ts for what
 * happens to them.
 *
 *     libuv: a connection has come ──► the handle it accepted ──► onConnection
 *            end of the turn       ──► accept4(2) until EAGAIN ──► onConnection, for each further one
 *
 * Since 1.45, libuv accepts one connection a turn of the loop. Under load several have come by
 * then: on Linux the listener accepts them all, up to {@link MOST_A_TURN}. The only file that knows where `net` keeps a listener's handle, which is not
 * documented.
 */
import { constants } from 'node:os';
import {
  createServer,
  type AddressInfo,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import { monotonicMs } from '../base/clock.js';
import { StartError } from '../base/errors.js';
import type { AcceptedSocket } from '../serving/host.js';
import type { BacklogView } from '../serving/views.js';
import { removeStaleSocket, startError, type ListenAddress } from '../serving/listen-address.js';
import type { ConnectionHandle } from './accepted-socket.js';

/**
 * How many connections the kernel keeps until main accepts them. The kernel lowers this to
 * net.core.somaxconn.
 */
export const BACKLOG = 4096;
/**
 * Keep-alive probes start after 30 s without traffic, ten of them a second apart. The kernel's
 * default is two hours.
 */
const KEEP_ALIVE_S = 30;
const KEEP_ALIVE_INTERVAL_S = 1;
const KEEP_ALIVE_PROBES = 10;
/** Bounds a turn of the loop: the threads' messages must get their turn as well. */
const MOST_A_TURN = 64;

interface ListenerEvents {
  onConnection(connection: AcceptedSocket): void;
  /** accept(2) failed. */
  onError(error: Error): void;
}

/** The kernel's accept queue of a listening descriptor; undefined where it does not show it. */
type AcceptQueueOf = (fd: number) => Omit<BacklogView, 'longestMs'> | undefined;

type AcceptCalls = Pick<typeof import('../base/libc.js'), 'accept' | 'errorNumber' | 'lastError'>;

/** libuv's handle of a listening socket. */
interface ListenerHandle {
  readonly fd: number;
  onconnection: (this: unknown, status: number, connection: ConnectionHandle | undefined) => void;
}

export class Listener {
  readonly #server: Server;
  readonly #events: ListenerEvents;
  #acceptQueue: (() => ReturnType<AcceptQueueOf>) | undefined;
  #closed = false;
  #emptyAtMs = -Infinity;

  constructor(events: ListenerEvents) {
    this.#events = events;
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_S * 1000 };
    // On Linux the listener itself has these options, and accepted sockets inherit them.
    const inherited = process.platform === 'linux' ? {} : { noDelay: true, ...keepAlive };
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, ...inherited });
  }

  /**
   * Starts listening.
   * @returns the port, or 0 for a Unix-domain socket
   * @throws StartError when the address cannot be used, with the reason in one line
   */
  async listen(address: ListenAddress): Promise<number> {
    const take = await this.#bindAccept('path' in address);
    if ('path' in address) await removeStaleSocket(address.path);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(startError(address, error)),
      );
      const options: ListenOptions = { ...address, backlog: BACKLOG };
      this.#server.listen(options, () => {
        // At once: a connection may have come, and Node would make a socket of it in the loop's
        // next turn.
        try {
          take();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (error) => this.#events.onError(error));
    return (this.#server.address() as AddressInfo).port || 0;
  }

  /** The IP address that it listens on; undefined on a Unix-domain socket. */
  get ipAddress(): string | undefined {
    const address = this.#server.address();
    return typeof address === 'object' ? address?.address : undefined;
  }

  /**
   * When no connection was left to accept, by the monotonic clock; -Infinity if unknown, as on
   * Unix-domain sockets.
   */
  get emptyAtMs(): number {
    return this.#emptyAtMs;
  }

  /** The connections that wait in the kernel; undefined where it does not show them. */
  get acceptQueue(): ReturnType<AcceptQueueOf> {
    return this.#closed ? undefined : this.#acceptQueue?.();
  }

  /** Harmless before it listens. */
  close(): void {
    this.#closed = true;
    this.#server.close();
  }

  /** Loads what accepting needs. Returns the function that begins to take connections. */
  async #bindAccept(isUnix: boolean): Promise<() => void> {
    const { AcceptedDescriptor, AcceptedNetSocket } = await import('./accepted-socket.js');
    if (process.platform !== 'linux') {
      return () =>
        this.#server.on('connection', (socket: Socket) =>
          this.#events.onConnection(new AcceptedNetSocket(socket)),
        );
    }
    const { accept, errorNumber, lastError, setListenerOptions, bindTcpInfo } =
      await import('../base/libc.js');
    const calls = { accept, errorNumber, lastError };
    const acceptQueueOf = makeAcceptQueueOf(bindTcpInfo());
    return () => {
      const listener = handleOf(this.#server);
      if (!isUnix)
        setListenerOptions(listener.fd, KEEP_ALIVE_S, KEEP_ALIVE_INTERVAL_S, KEEP_ALIVE_PROBES);
      const noteEmpty = isUnix ? () => undefined : () => (this.#emptyAtMs = monotonicMs());
      this.#acceptQueue = () => acceptQueueOf(listener.fd);
      this.#takeDescriptors(listener, calls, AcceptedDescriptor, noteEmpty);
    };
  }

  #takeDescriptors(
    listener: ListenerHandle,
    { accept, errorNumber, lastError }: AcceptCalls,
    AcceptedDescriptor: typeof import('./accepted-socket.js').AcceptedDescriptor,
    noteEmpty: () => void,
  ): void {
    const events = this.#events;
    const byNode = listener.onconnection;
    const drain = () => {
      for (let count = 1; count < MOST_A_TURN && !this.#closed; count++) {
        const fd = accept(listener.fd);
        if (fd !== -1) events.onConnection(new AcceptedDescriptor(fd));
        else {
          if (errorNumber() === constants.errno.EAGAIN) noteEmpty();
          else events.onError(lastError('accept4'));
          return;
        }
      }
    };
    listener.onconnection = (status, handle) => {
      if (status !== 0 || !handle) {
        byNode.call(listener, status, handle);
        return;
      }
      events.onConnection(new AcceptedDescriptor(handle.fd, handle));
      // Not at once: if no other has come, the first one's thread need not wait until main knows.
      setImmediate(drain);
    };
  }
}

function makeAcceptQueueOf({
  acceptQueueLength,
  acceptQueueLimit,
}: ReturnType<typeof import('../base/libc.js').bindTcpInfo>): AcceptQueueOf {
  return (fd) => {
    const count = acceptQueueLength(fd);
    const limit = acceptQueueLimit(fd);
    return count === undefined || limit === undefined ? undefined : { count, limit };
  };
}

/**
 * `_handle` is not documented and so not in the types: hence the cast, and the check of what it holds.
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
