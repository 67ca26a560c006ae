/**
 * The listening socket, and how connections are accepted. Main thread. Read acceptor.ts for what
 * happens to them.
 *
 *     libuv: a connection has come ──► the handle it accepted ──► onConnection
 *            end of the turn       ──► accept4(2) until EAGAIN ──► onConnection, for each further one
 *
 * Since 1.45, libuv accepts one connection a turn of the loop. Under load several have come by
 * then: on Linux the listener accepts them all, up to {@link MOST_A_TURN}.
 *
 * Without free descriptors, libuv accepts each connection and closes it. So the listener pauses
 * before that (pausable-handle.ts), and the kernel keeps the clients.
 */
import { constants } from 'node:os';
import {
  createServer,
  type AddressInfo,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import { rmSync } from 'node:fs';
import { monotonicMs } from '../base/clock.js';
import { StartError } from '../base/errors.js';
import type { DescriptorBudget } from '../serving/descriptor-budget.js';
import type { AcceptedSocket, Listening } from '../serving/host.js';
import { BACKLOG, LISTENER_OPTIONS } from '../serving/listener-options.js';
import type { BacklogView } from '../serving/views.js';
import { removeStaleSocket, startError, type ListenAddress } from '../serving/listen-address.js';
import { PausableHandle, type HandleCalls } from './pausable-handle.js';

/** How often a paused listener asks whether descriptors are free again. */
const RESUME_EVERY_MS = 50;
/** Bounds a turn of the loop: the threads' messages must get their turn as well. */
const MOST_A_TURN = 64;

interface ListenerEvents {
  onConnection(connection: AcceptedSocket): void;
  /** accept(2) failed. */
  onError(error: Error): void;
  /** Descriptors are short: connections wait in the kernel from now on. */
  onPaused(): void;
}

/** The kernel's accept queue of a listening descriptor; undefined where it does not show it. */
type AcceptQueueOf = (fd: number) => Omit<BacklogView, 'longestMs'> | undefined;

type AcceptCalls = HandleCalls &
  Pick<typeof import('../base/libc/call.js'), 'errorNumber' | 'lastError'> &
  Pick<typeof import('../base/libc/listener.js'), 'accept'>;

export class Listener implements Listening {
  readonly #server: Server;
  readonly #descriptors: DescriptorBudget;
  readonly #events: ListenerEvents;
  /** On Linux, once it listens. */
  #handle: PausableHandle | undefined;
  #resuming: NodeJS.Timeout | undefined;
  /** Of a Unix-domain socket on Linux, once it listens. */
  #path: string | undefined;
  #acceptQueue: (() => ReturnType<AcceptQueueOf>) | undefined;
  #closed = false;
  #emptyAtMs = -Infinity;

  constructor(descriptors: DescriptorBudget, events: ListenerEvents) {
    this.#descriptors = descriptors;
    this.#events = events;
    const keepAlive = {
      keepAlive: true,
      keepAliveInitialDelay: LISTENER_OPTIONS.keepAliveS * 1000,
    };
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
    const isUnix = 'path' in address;
    const take = await this.#bindAccept(isUnix);
    if (isUnix) await removeStaleSocket(address.path);
    const where = isUnix ? await this.#bindPath(address.path) : address;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(startError(address, error)),
      );
      this.#server.listen({ ...where, backlog: BACKLOG }, () => {
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
    return isUnix ? 0 : (this.#server.address() as AddressInfo).port;
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
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#resuming);
    if (this.#handle) this.#handle.close();
    else this.#server.close();
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }

  /** On Linux, binds the path without libuv, which would delete it when the listener pauses. */
  async #bindPath(path: string): Promise<ListenOptions | { readonly fd: number }> {
    if (process.platform !== 'linux') return { path };
    const { listenOnPath } = await import('../base/libc/listener.js');
    try {
      const fd = listenOnPath(path, BACKLOG);
      this.#path = path;
      return { fd };
    } catch (error) {
      throw startError({ path }, error as NodeJS.ErrnoException);
    }
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
    const { errorNumber, lastError } = await import('../base/libc/call.js');
    const { accept, setListenerOptions } = await import('../base/libc/listener.js');
    const { close, duplicate } = await import('../base/libc/socket.js');
    const { bindTcpInfo } = await import('../base/libc/tcp-info.js');
    const calls = { accept, close, duplicate, errorNumber, lastError };
    const acceptQueueOf = makeAcceptQueueOf(bindTcpInfo());
    return () => {
      const noteEmpty = isUnix ? () => undefined : () => (this.#emptyAtMs = monotonicMs());
      const handle = this.#takeDescriptors(calls, AcceptedDescriptor, noteEmpty);
      if (!isUnix) {
        setListenerOptions(handle.fd, LISTENER_OPTIONS);
      }
      this.#acceptQueue = () => acceptQueueOf(handle.fd);
      this.#checkRoom();
    };
  }

  #takeDescriptors(
    calls: AcceptCalls,
    AcceptedDescriptor: typeof import('./accepted-socket.js').AcceptedDescriptor,
    noteEmpty: () => void,
  ): PausableHandle {
    const events = this.#events;
    const descriptors = this.#descriptors;
    const { accept, errorNumber, lastError } = calls;
    const drain = () => {
      for (let count = 1; count < MOST_A_TURN && !this.#closed && !handle.isPaused; count++) {
        const fd = accept(handle.fd);
        if (fd !== -1) {
          events.onConnection(new AcceptedDescriptor(fd));
          if (!descriptors.take()) this.#pause(handle);
        } else {
          if (errorNumber() === constants.errno.EAGAIN) noteEmpty();
          else events.onError(lastError('accept4'));
          return;
        }
      }
    };
    const handle = new PausableHandle(this.#server, calls, BACKLOG, (connection) => {
      events.onConnection(new AcceptedDescriptor(connection.fd, connection));
      if (!descriptors.take()) this.#pause(handle);
      // Not at once: if no other has come, the first one's thread need not wait until main knows.
      else setImmediate(drain);
    });
    return (this.#handle = handle);
  }

  /** @throws StartError when descriptors are short before the first client */
  #checkRoom(): void {
    const { open, limit } = this.#descriptors;
    if (this.#descriptors.hasRoom()) return;
    throw new StartError(
      `cannot accept clients: ${open} of ${limit} descriptors are open (ulimit -n)`,
    );
  }

  #pause(handle: PausableHandle): void {
    if (this.#closed || handle.isPaused) return;
    try {
      handle.pause();
    } catch (error) {
      this.#events.onError(error as Error);
      return;
    }
    this.#events.onPaused();
    this.#resumeLater(handle);
  }

  /** On a timer: not only a connection that closes frees descriptors, but also files and threads. */
  #resumeLater(handle: PausableHandle): void {
    this.#resuming = setTimeout(() => {
      if (!this.#descriptors.hasRoom()) this.#resumeLater(handle);
      else handle.resume();
    }, RESUME_EVERY_MS);
  }
}

function makeAcceptQueueOf({
  acceptQueueLength,
  acceptQueueLimit,
}: ReturnType<typeof import('../base/libc/tcp-info.js').bindTcpInfo>): AcceptQueueOf {
  return (fd) => {
    const count = acceptQueueLength(fd);
    const limit = acceptQueueLimit(fd);
    return count === undefined || limit === undefined ? undefined : { count, limit };
  };
}
