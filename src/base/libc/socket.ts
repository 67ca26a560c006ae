/**
 * Connected sockets: reading, writing, closing, and their timeouts. Every client thread lives on
 * these calls. Runs on any thread. Read connection/blocking.ts next.
 */
import { bind, lastError } from './call.js';

export const MSG_PEEK = 2;
export const MSG_DONTWAIT = 0x40;
/** Without this flag a send to a closed peer raises SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const O_RDWR = 2;
const O_NONBLOCK = 0x800;

/**
 * Calls recv(2). Returns the number of bytes, 0 at end of stream, -1 with {@link errorName} set.
 */
export const recv = bind<(fd: number, address: number, length: number, flags: number) => number>(
  'int recv(int fd, uintptr_t buffer, size_t length, int flags)',
);

/**
 * Calls send(2). Returns the number of bytes that the kernel took, -1 with {@link errorName} set.
 */
export const send = bind<(fd: number, address: number, length: number, flags: number) => number>(
  'int send(int fd, uintptr_t buffer, size_t length, int flags)',
);

/** Calls send(2) for bytes that are sent once, for which looking up their address does not pay. */
export const sendBytes = bind<
  (fd: number, bytes: Uint8Array, length: number, flags: number) => number
>('intptr_t send(int fd, const void *buffer, size_t length, int flags)');

export const shutdown = bind<(fd: number, how: number) => number>('int shutdown(int fd, int how)');
export const close = bind<(fd: number) => number>('int close(int fd)');

/** Variadic, as in C: Apple silicon passes variadic arguments on the stack, others in registers. */
const fcntl = bind<(fd: number, command: number, type: 'int', argument: number) => number>(
  'int fcntl(int fd, int command, ...)',
);
const getpeername = bind<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
  'int getpeername(int fd, void *address, void *length)',
);
export const setsockopt = bind<
  (fd: number, level: number, option: number, value: Uint8Array, length: number) => number
>('int setsockopt(int fd, int level, int option, const void *value, unsigned int length)');

/**
 * Makes calls on the descriptor block; libuv accepts sockets in non-blocking mode.
 * @throws SystemCallError if fcntl(2) fails
 */
export function setBlocking(fd: number): void {
  // Nothing here sets a socket's other status flags (O_APPEND, O_ASYNC …), so none needs to be read
  // first.
  if (fcntl(fd, F_SETFL, 'int', O_RDWR) === -1) throw lastError(`fcntl(${fd}, F_SETFL)`);
}

/**
 * The opposite of {@link setBlocking}. Linux only.
 * @throws SystemCallError if fcntl(2) fails
 */
export function setNonBlocking(fd: number): void {
  const flags = O_RDWR | O_NONBLOCK;
  if (fcntl(fd, F_SETFL, 'int', flags) === -1) throw lastError(`fcntl(${fd}, F_SETFL)`);
}

/**
 * Another descriptor of the same open file. Linux only.
 * @throws SystemCallError if fcntl(2) fails
 */
export function duplicate(fd: number): number {
  const copy = fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0);
  if (copy === -1) throw lastError(`fcntl(${fd}, F_DUPFD_CLOEXEC)`);
  return copy;
}

/**
 * Sets the timeout of recv in milliseconds; 0 disables it. After it, recv fails with EAGAIN.
 * @throws SystemCallError if setsockopt(2) fails
 */
export function setReceiveTimeout(fd: number, timeoutMs: number): void {
  setTimeoutOf(SO_RCVTIMEO, fd, timeoutMs);
}

/**
 * The same for send. The time counts for the whole call, also for a peer that reads a little now
 * and then: send then returns how much it has sent.
 * @throws SystemCallError if setsockopt(2) fails
 */
export function setSendTimeout(fd: number, timeoutMs: number): void {
  setTimeoutOf(SO_SNDTIMEO, fd, timeoutMs);
}

function setTimeoutOf(option: number, fd: number, timeoutMs: number): void {
  const ms = Math.ceil(timeoutMs);
  const time = new BigInt64Array([BigInt(Math.floor(ms / 1000)), BigInt((ms % 1000) * 1000)]);
  const bytes = new Uint8Array(time.buffer);
  if (setsockopt(fd, SOL_SOCKET, option, bytes, bytes.length) === -1) {
    throw lastError(`setsockopt(${fd}, timeout)`);
  }
}

const peerAddress = new Uint8Array(128);
const peerAddressLength = new Uint32Array(1);

/**
 * The raw socket address of the peer, as getpeername(2) fills it in; undefined without a connected
 * peer. Valid until the next call.
 */
export function peerSocketAddress(fd: number): Uint8Array | undefined {
  peerAddressLength[0] = peerAddress.length;
  if (getpeername(fd, peerAddress, peerAddressLength) === -1) return undefined;
  return peerAddress.subarray(0, peerAddressLength[0]);
}

/** Bound on demand, since only the doorbell and a rehearsal call it. */
export function bindSocketPair() {
  const socketpair = bind<
    (family: number, type: number, protocol: number, pair: Int32Array) => number
  >('int socketpair(int family, int type, int protocol, void *pair)');
  /**
   * Opens two sockets of this process that are connected to each other.
   * @param type SOCK_SEQPACKET keeps the boundaries of messages
   * @throws SystemCallError if socketpair(2) fails
   */
  return (type: number): readonly [number, number] => {
    const pair = new Int32Array(2);
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) === -1) throw lastError('socketpair');
    return [pair[0] ?? -1, pair[1] ?? -1];
  };
}
