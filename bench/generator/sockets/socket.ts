/**
 * Non-blocking client sockets, over the system calls in calls.ts. Linux only.
 *
 * All connect to one server: the job's, which main.ts names before it runs the job.
 *
 * Runs in the load process, on its only thread. Used by everything that connects: clients.ts,
 * reference-answer.ts and loads/chat-members.ts. Read next: epoll.ts.
 */
import { constants } from 'node:os';
import {
  addressOf,
  errorNumber,
  lastError,
  type SystemCallError,
} from '../../../src/base/libc/call.js';
import {
  SOCK_STREAM,
  SOL_SOCKET,
  close,
  IPPROTO_TCP,
  SOCK_NONBLOCK,
  TCP_NODELAY,
} from '../../../src/base/libc/socket.js';
import {
  AF_INET,
  calls,
  CLONE_FILES,
  IPPROTO_IP,
  IP_BIND_ADDRESS_NO_PORT,
  SO_ERROR,
} from './calls.js';
import type { ErrorKind } from '../protocol/error-kinds.js';

/** In the arrays of descriptors: the client has no connection. */
export const NO_SOCKET = -1;

const TCP_INFO = 11;
/** The index of tcpi_total_retrans in `struct tcp_info` (linux/tcp.h), in 32-bit words. */
const TOTAL_RETRANSMISSIONS_WORD = 25;
/** Source addresses are 127.0.0.2 to 127.0.0.201. */
const SOURCE_ADDRESSES = 200;
const { EAGAIN, ECONNREFUSED, ECONNRESET, EINPROGRESS, EINTR, EPIPE } = constants.errno;

/** Bytes with their memory address, which a call takes faster than the bytes. */
interface Pinned {
  /** Keeps the memory from being freed. */
  readonly bytes: Uint8Array;
  readonly address: number;
  readonly length: number;
}

const on = pinned(new Uint8Array(new Int32Array([1]).buffer));

/**
 * Gives this thread a descriptor table of its own, a copy of the process's. In a shared table the
 * kernel counts the users of a socket in every call on it, which takes 2 % of an echo. Descriptors
 * opened later exist on this thread only; if the kernel refuses, nothing changes.
 */
export function ownDescriptorTable(): void {
  calls.unshare(CLONE_FILES);
}

/**
 * Starts to connect to the job's server and returns the descriptor. The connect may still be in
 * progress.
 *
 * A client that closes first leaves its port in TIME_WAIT for a minute, and one address has only
 * some 28,000 ports. A `source` address gives a client ports of its own; connect(2) still chooses
 * the port.
 *
 * @param source a `struct sockaddr_in` with port 0, see {@link sourceAddress}
 * @throws SystemCallError if a call fails at once, also ECONNREFUSED; the socket is then closed
 */
export function connectSocket(port: number, source?: Pinned): number {
  const fd = calls.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd === -1) throw lastError('socket');
  calls.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, on.address, on.length);
  if (source !== undefined) {
    calls.setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, on.address, on.length);
    if (calls.bind(fd, source.address, source.length) === -1) throw closeAfter(fd, 'bind');
  }
  const { address, length } = targetAddress(port);
  if (calls.connect(fd, address, length) === -1 && errorNumber() !== EINPROGRESS) {
    throw closeAfter(fd, `connect to port ${port}`);
  }
  return fd;
}

/** Closes the socket of a failed call. Reads its error first: close(2) may replace it. */
function closeAfter(fd: number, call: string): SystemCallError {
  const error = lastError(call);
  close(fd);
  return error;
}

/**
 * The error kind of the last failed recv or send; undefined if the call has to be repeated later.
 */
export function failureKind(): ErrorKind | undefined {
  switch (errorNumber()) {
    case EAGAIN:
    case EINTR:
      return undefined;
    case ECONNREFUSED:
      return 'refused';
    case ECONNRESET:
      return 'reset';
    case EPIPE:
      return 'closedEarly';
    default:
      return 'other';
  }
}

/** Whether a connect in progress has succeeded. Clears the socket's pending error. */
export function isConnected(fd: number): boolean {
  const error = new Int32Array(1);
  const status = calls.getsockopt(fd, SOL_SOCKET, SO_ERROR, error, new Uint32Array([4]));
  return status === 0 && error[0] === 0;
}

/** How many segments the kernel has retransmitted on this socket, SYNs included; 0 if unknown. */
export function retransmissions(fd: number): number {
  const info = new Int32Array(TOTAL_RETRANSMISSIONS_WORD + 1);
  const status = calls.getsockopt(
    fd,
    IPPROTO_TCP,
    TCP_INFO,
    info,
    new Uint32Array([info.byteLength]),
  );
  return status === 0 ? (info[TOTAL_RETRANSMISSIONS_WORD] ?? 0) : 0;
}

/**
 * A loopback address (`struct sockaddr_in`, port 0) if the target is one, too; clients 0 to 199
 * have different ones.
 */
export function sourceAddress(client: number): Pinned | undefined {
  // Another machine cannot be reached from a loopback address.
  if (target.host[0] !== LOOPBACK[0]) return undefined;
  return sourceAddresses[client % SOURCE_ADDRESSES];
}

/** A `struct sockaddr_in`: the family in host byte order, port and address in network order. */
export function socketAddress(address: readonly number[], port: number): Pinned {
  const bytes = new Uint8Array(16);
  new Uint16Array(bytes.buffer)[0] = AF_INET;
  bytes.set([port >> 8, port & 0xff, ...address], 2);
  return pinned(bytes);
}

const sourceAddresses = Array.from({ length: SOURCE_ADDRESSES }, (_, index) =>
  socketAddress([127, 0, 0, index + 2], 0),
);

const LOOPBACK = [127, 0, 0, 1];
let target = { host: LOOPBACK, port: 0, address: socketAddress(LOOPBACK, 0) };

/**
 * From now on all sockets connect to this host.
 * @param host an IPv4 address; default: 127.0.0.1
 */
export function setTargetHost(host?: string): void {
  target = { ...target, host: host?.split('.').map(Number) ?? LOOPBACK, port: 0 };
}

/** Cached: a job connects thousands of times a second to the same port. */
function targetAddress(port: number): Pinned {
  const { host } = target;
  if (target.port !== port) target = { host, port, address: socketAddress(host, port) };
  return target.address;
}

function pinned(bytes: Uint8Array): Pinned {
  return { bytes, address: addressOf(bytes), length: bytes.length };
}
