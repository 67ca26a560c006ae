/**
 * Listening sockets: opening one at a path or a port, accepting, and what accepted sockets inherit.
 * Runs on main, and accept() on threads that accept for themselves. Read server/listener.ts next.
 */
import { constants } from 'node:os';
import { addressOf, bind, lastError, SystemCallError } from './call.js';
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

const AF_INET = 2;
const AF_INET6 = 10;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
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
 * accept4(2), which blocks if the listening descriptor does. Calls on the accepted one block.
 * @returns the accepted descriptor, or -1 with {@link errorName} set: `EAGAIN` when no connection
 * has come
 */
export function accept(fd: number): number {
  return acceptFrom(fd, 0, 0, SOCK_CLOEXEC);
}

/**
 * The same, with the peer's socket address: asked for later, the kernel may have forgotten it.
 * @param peer receives it
 * @param length receives its length
 */
export function bindAcceptWithPeer(peer: Uint8Array, length: Uint32Array) {
  const peerAddress = addressOf(peer);
  const lengthAddress = addressOf(new Uint8Array(length.buffer, length.byteOffset, 4));
  return (fd: number): number => {
    length[0] = peer.length;
    return acceptFrom(fd, peerAddress, lengthAddress, SOCK_CLOEXEC);
  };
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
  const set = (level: number, option: number, value: number) =>
    setInteger(fd, level, option, value);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  // A telnet sends a part of its interrupt as urgent data, which recv(2) would leave out.
  set(SOL_SOCKET, SO_OOBINLINE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, keepAliveS);
  set(IPPROTO_TCP, TCP_KEEPINTVL, keepAliveIntervalS);
  set(IPPROTO_TCP, TCP_KEEPCNT, keepAliveProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMs);
}

const openSocket = () =>
  bind<(family: number, type: number, protocol: number) => number>(
    'int socket(int family, int type, int protocol)',
  );
const bindBind = () =>
  bind<(fd: number, address: Uint8Array, length: number) => number>(
    'int bind(int fd, const void *address, unsigned int length)',
  );
const bindListen = () =>
  bind<(fd: number, backlog: number) => number>('int listen(int fd, int backlog)');

/** An IP address in text, without a zone, and a port; 0: any free one. */
export interface InternetAddress {
  readonly family: 4 | 6;
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a TCP socket that listens, and on which accept4(2) blocks. libuv has none for which it does.
 * @param sharesPort with SO_REUSEPORT: several sockets may then listen on the port, and the kernel
 *   distributes the connections among them
 * @returns the descriptor, and its port
 * @throws SystemCallError, for example EADDRINUSE
 */
export function listenOnPort(
  { family, host, port }: InternetAddress,
  backlog: number,
  sharesPort: boolean,
): { readonly fd: number; readonly port: number } {
  const parse = bind<(family: number, text: string, address: Uint8Array) => number>(
    'int inet_pton(int family, const char *text, void *address)',
  );
  const nameOf = bind<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
    'int getsockname(int fd, void *address, void *length)',
  );
  const isIpv4 = family === 4;
  // sockaddr_in and sockaddr_in6: the family, the port, and after it the address.
  const address = Buffer.alloc(isIpv4 ? 16 : 28);
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = isIpv4 ? AF_INET : AF_INET6;
  address.writeUInt16BE(port, 2);
  const ip = address.subarray(isIpv4 ? 4 : 8);
  const fd = openSocket()(isIpv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd === -1) throw lastError('socket');
  try {
    if (parse(isIpv4 ? AF_INET : AF_INET6, host, ip) !== 1)
      throw new SystemCallError(`inet_pton(${host})`, constants.errno.EINVAL);
    setInteger(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (sharesPort) setInteger(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (bindBind()(fd, address, address.length) === -1) throw lastError('bind');
    if (bindListen()(fd, backlog) === -1) throw lastError('listen');
    if (nameOf(fd, address, new Uint32Array([address.length])) === -1)
      throw lastError('getsockname');
    return { fd, port: address.readUInt16BE(2) };
  } catch (error) {
    close(fd);
    throw error;
  }
}

function setInteger(fd: number, level: number, option: number, value: number): void {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  if (setsockopt(fd, level, option, bytes, bytes.length) === -1) {
    throw lastError(`setsockopt(${fd}, ${option})`);
  }
}

/**
 * Opens a Unix-domain socket that listens on a path. libuv deletes the path of a socket that it has
 * bound as soon as it closes its handle; it does not know the path of this one.
 * @throws SystemCallError, for example EADDRINUSE
 */
export function listenOnPath(path: string, backlog: number): number {
  const fd = openSocket()(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd === -1) throw lastError('socket');
  const name = Buffer.from(path);
  const address = Buffer.alloc(Math.max(SOCKADDR_UN_BYTES, 2 + name.length + 1));
  new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  name.copy(address, 2);
  const call =
    bindBind()(fd, address, address.length) === -1
      ? 'bind'
      : bindListen()(fd, backlog) === -1
        ? 'listen'
        : undefined;
  if (call === undefined) return fd;
  const error = lastError(`${call}(${path})`);
  close(fd);
  throw error;
}
