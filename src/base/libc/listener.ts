/**
 * Listening sockets: opening one at a path, accepting, and what accepted sockets inherit. Runs on
 * main. Read server/listener.ts next.
 */
import { bind, lastError } from './call.js';
import {
  AF_UNIX,
  close,
  IPPROTO_TCP,
  setsockopt,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from './socket.js';

const SO_KEEPALIVE = 9;
const SO_OOBINLINE = 10;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_USER_TIMEOUT = 18;
const SOCKADDR_UN_BYTES = 110;

const acceptFrom = bind<(fd: number, address: number, length: number, flags: number) => number>(
  'int accept4(int fd, uintptr_t address, uintptr_t length, int flags)',
);

/**
 * accept4(2) on a listening descriptor that does not block. The accepted one does.
 * @returns the accepted descriptor, or -1 with {@link errorName} set: `EAGAIN` when no connection
 * has come
 */
export function accept(fd: number): number {
  return acceptFrom(fd, 0, 0, SOCK_CLOEXEC);
}

interface ListenerOptions {
  /** Keep-alive probes start after so many seconds without traffic. */
  readonly keepAliveS: number;
  readonly keepAliveIntervalS: number;
  readonly keepAliveProbes: number;
  /** How long a peer may leave data without an acknowledgement, or keep its window closed. */
  readonly userTimeoutMs: number;
}

/**
 * Sets what sockets inherit from the TCP listener that accepts them: no delay, urgent data in its
 * place among the other bytes, and when a peer that does not answer is given up. Linux only.
 * @throws SystemCallError if setsockopt(2) fails
 */
export function setListenerOptions(
  fd: number,
  { keepAliveS, keepAliveIntervalS, keepAliveProbes, userTimeoutMs }: ListenerOptions,
): void {
  const set = (level: number, option: number, value: number) => {
    const bytes = new Uint8Array(new Int32Array([value]).buffer);
    if (setsockopt(fd, level, option, bytes, bytes.length) === -1) {
      throw lastError(`setsockopt(${fd}, ${option})`);
    }
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  // A telnet sends a part of its interrupt as urgent data, which recv(2) would leave out.
  set(SOL_SOCKET, SO_OOBINLINE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, keepAliveS);
  set(IPPROTO_TCP, TCP_KEEPINTVL, keepAliveIntervalS);
  set(IPPROTO_TCP, TCP_KEEPCNT, keepAliveProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs);
}

/**
 * Opens a Unix-domain socket that listens on a path. libuv deletes the path of a socket that it has
 * bound as soon as it closes its handle; it does not know the path of this one.
 * @throws SystemCallError, for example EADDRINUSE
 */
export function listenOnPath(path: string, backlog: number): number {
  const socket = bind<(family: number, type: number, protocol: number) => number>(
    'int socket(int family, int type, int protocol)',
  );
  const bindTo = bind<(fd: number, address: Uint8Array, length: number) => number>(
    'int bind(int fd, const void *address, unsigned int length)',
  );
  const listen = bind<(fd: number, backlog: number) => number>('int listen(int fd, int backlog)');
  const fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd === -1) throw lastError('socket');
  const name = Buffer.from(path);
  const address = Buffer.alloc(Math.max(SOCKADDR_UN_BYTES, 2 + name.length + 1));
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  name.copy(address, 2);
  const call =
    bindTo(fd, address, address.length) === -1
      ? 'bind'
      : listen(fd, backlog) === -1
        ? 'listen'
        : undefined;
  if (call === undefined) return fd;
  const error = lastError(`${call}(${path})`);
  close(fd);
  throw error;
}
