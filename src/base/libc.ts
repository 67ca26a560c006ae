/**
 * The system calls, through koffi. Every call that this project makes without Node stands in this
 * file.
 *
 * Runs on the thread that imports it; each thread loads its own copy. All calls are synchronous: a
 * blocking call blocks its thread, as a client thread needs it. Read connection/blocking.ts next.
 *
 * The functions take buffers as addresses (numbers), not as objects. The memory of an ArrayBuffer
 * never moves, so a caller that keeps its buffer looks the address up once.
 */
import { createRequire } from 'node:module';

// By require: koffi's ES module imports node:fs, which makes Node load streams and promises in each
// thread.
const require = createRequire(import.meta.url);
const koffi = require('koffi') as typeof import('koffi');
const { getSystemErrorName } = require('node:util') as typeof import('node:util');

/**
 * A system call failed. The message names the call and its object, `code` is the error's name
 * (`ECONNRESET`).
 */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${call} failed: ${code}`);
    this.code = code;
  }
}

const libc = koffi.load(process.platform === 'darwin' ? 'libSystem.B.dylib' : null);

/**
 * Binds one C function. The caller keeps the prototype and the type `F` consistent; nothing checks
 * them.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller states the C function's type
function bind<F extends (...args: never[]) => unknown>(prototype: string): F {
  const call: unknown = libc.func(prototype);
  return call as F;
}

/** Binds one C function; undefined if the C library does not have it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller states the C function's type
function bindIfThere<F extends (...args: never[]) => unknown>(prototype: string): F | undefined {
  try {
    return bind<F>(prototype);
  } catch {
    return undefined;
  }
}

/*
 * The numbers are Linux's. macOS uses only _exit, clock_gettime and setBlocking(), whose F_SETFL
 * and O_RDWR are the same there: its servers have no client threads, and the load generator needs
 * epoll.
 */
export const MSG_PEEK = 2;
export const MSG_DONTWAIT = 0x40;
/** Without this flag a send to a closed peer raises SIGPIPE. */
export const MSG_NOSIGNAL = 0x4000;
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
const AF_UNIX = 1;
export const AF_INET = 2;
export const SOCK_STREAM = 1;
export const SOCK_SEQPACKET = 5;
export const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
/**
 * Lets bind(2) choose an address and leave the port to connect(2), so that ports are reused across
 * peers.
 */
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
const SO_KEEPALIVE = 9;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_USER_TIMEOUT = 18;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
export const PR_SET_TIMERSLACK = 29;
export const CLONE_FILES = 0x400;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const O_RDWR = 2;
const O_NONBLOCK = 0x800;
const CLOCK_THREAD_CPUTIME_ID = process.platform === 'darwin' ? 16 : 3;

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

/** Ends the process at once: runs no exit handlers, joins no threads that are blocked in a call. */
export const exitNow = bind<(status: number) => void>('void _exit(int status)');

/** Variadic, as in C: Apple silicon passes variadic arguments on the stack, others in registers. */
const fcntl = bind<(fd: number, command: number, type: 'int', argument: number) => number>(
  'int fcntl(int fd, int command, ...)',
);
const getpeername = bind<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
  'int getpeername(int fd, void *address, void *length)',
);
const clockGettime = bind<(clock: number, time: number) => number>(
  'int clock_gettime(int clock, uintptr_t time)',
);
const setsockopt = bind<
  (fd: number, level: number, option: number, value: Uint8Array, length: number) => number
>('int setsockopt(int fd, int level, int option, const void *value, unsigned int length)');

/** The name of the error that this thread's last failed call left, such as `EAGAIN`. */
export function errorName(): string {
  return getSystemErrorName(-koffi.errno());
}

/** The number of the error that this thread's last failed call left, as in `os.constants.errno`. */
export function errorNumber(): number {
  return koffi.errno();
}

/** An error to throw, made of the one that this thread's last failed call left. */
export function lastError(call: string): SystemCallError {
  return new SystemCallError(call, koffi.errno());
}

/** The address of a buffer's first byte. It is valid as long as the caller keeps the buffer. */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}

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

const acceptFrom = bind<(fd: number, address: number, length: number, flags: number) => number>(
  'int accept4(int fd, uintptr_t address, uintptr_t length, int flags)',
);
export const close = bind<(fd: number) => number>('int close(int fd)');

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
 * Sets what sockets inherit from the TCP listener that accepts them: no delay, and when a peer that
 * does not answer is given up. Linux only.
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

const SOCKADDR_UN_BYTES = 110;

const SCHED_OTHER = 0;
/** The policy of threads that do not preempt the running thread when they wake: see sched(7). */
const SCHED_BATCH = 3;

/** How the system schedules this thread; where it forbids a change, the policy stays as it is. Linux. */
export function bindScheduler() {
  const set = bind<(thread: number, policy: number, parameter: Int32Array) => number>(
    'int sched_setscheduler(int thread, int policy, const void *parameter)',
  );
  const parameter = new Int32Array([0]);
  return {
    /** From now on it waits for its turn when it wakes. */
    asBatch: () => void set(0, SCHED_BATCH, parameter),
    /** From now on it takes its turn when it wakes, as threads do by default. */
    asUsual: () => void set(0, SCHED_OTHER, parameter),
  };
}

/** By architecture; Linux only. */
const SYS_FUTEX: Partial<Record<NodeJS.Architecture, number>> = {
  x64: 202,
  arm64: 98,
  riscv64: 98,
  loong64: 98,
};
const FUTEX_WAIT_PRIVATE = 128;
const FUTEX_WAKE_PRIVATE = 129;

/**
 * futex(2) on words of memory that threads of this process share; undefined on an unknown
 * architecture.
 *
 * Atomics.wait and Atomics.notify do the same, but V8 guards them with one mutex for the whole
 * process. Unlike Atomics.wait, `wait` is not interrupted when the thread is terminated: another
 * thread must wake it.
 */
export function bindFutex() {
  const number = process.platform === 'linux' ? SYS_FUTEX[process.arch] : undefined;
  if (number === undefined) return undefined;
  const syscall = bind<
    (number: number, address: number, operation: number, value: number, timeout: number) => number
  >(
    'intptr_t syscall(intptr_t number, uintptr_t address, int operation, uint32_t value, uintptr_t timeout)',
  );
  /** A `struct timespec`. */
  const time = new BigInt64Array(2);
  const timeAddress = addressOf(new Uint8Array(time.buffer));
  return {
    /** Blocks while the word is `value`; may return early. */
    wait: (address: number, value: number) =>
      void syscall(number, address, FUTEX_WAIT_PRIVATE, value, 0),
    /** The same, at most so many milliseconds, less than a thousand. */
    waitBriefly: (address: number, value: number, ms: number) => {
      time[1] = BigInt(ms) * 1_000_000n;
      syscall(number, address, FUTEX_WAIT_PRIVATE, value, timeAddress);
    },
    /** Wakes one thread that waits on the word. Returns how many it has woken: 0 or 1. */
    wake: (address: number) => syscall(number, address, FUTEX_WAKE_PRIVATE, 1, 0),
  };
}

const TCP_INFO = 11;
/** Indexes of the 32-bit words of Linux's `struct tcp_info`; the state is the first byte. */
const STATE = 0;
const STATE_BITS = 0xff;
const TCP_CLOSE = 7;
const UNACKED = 6;
const SACKED = 7;
const LAST_DATA_SENT = 11;
const LAST_DATA_RECEIVED = 13;
const LAST_ACK_RECEIVED = 14;

/** What only main asks of TCP sockets. Bound on demand, so that client threads do not pay for it. */
export function bindTcpInfo() {
  const getsockopt = bind<
    (fd: number, level: number, option: number, value: number, length: number) => number
  >('int getsockopt(int fd, int level, int option, uintptr_t value, uintptr_t length)');
  const info = new Uint32Array(LAST_ACK_RECEIVED + 1);
  const length = new Uint32Array(1);
  const [infoAddress, lengthAddress] = [info, length].map((words) =>
    addressOf(new Uint8Array(words.buffer)),
  ) as [number, number];
  const wordOf = (fd: number, word: number): number | undefined => {
    length[0] = info.byteLength;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, infoAddress, lengthAddress) === -1
      ? undefined
      : info[word];
  };
  // Each is undefined for other than TCP sockets. The kernel counts times in ticks of its timer,
  // which are 1 to 10 ms long, mostly 4.
  return {
    /** How long ago data was last sent, in ms; before that, how long ago the handshake ended. */
    sinceSentMs: (fd: number) => wordOf(fd, LAST_DATA_SENT),
    /** How long ago the peer's last data arrived, in ms. */
    sinceReceivedMs: (fd: number) => wordOf(fd, LAST_DATA_RECEIVED),
    /** How long ago its last segment arrived, in ms: the end, if it has ended its side. */
    sinceAcknowledgedMs: (fd: number) => wordOf(fd, LAST_ACK_RECEIVED),
    /** Whether both sides have closed, or a reset has come. Little-endian only. */
    isClosed: (fd: number) => ((wordOf(fd, STATE) ?? 0) & STATE_BITS) === TCP_CLOSE,
    /** How many connections a listening socket has ready to be accepted. */
    acceptQueueLength: (fd: number) => wordOf(fd, UNACKED),
    /** How many it keeps at most. */
    acceptQueueLimit: (fd: number) => wordOf(fd, SACKED),
  };
}

/** pread(2), which only threads need that measure their time. */
export function bindPread() {
  return bind<(fd: number, address: number, length: number, offset: number) => number>(
    'intptr_t pread(int fd, uintptr_t buffer, size_t length, intptr_t offset)',
  );
}

/** For {@link bindPoll}: there is room in the send buffer. */
export const POLLOUT = 4;

/**
 * poll(2) of several descriptors. Bound on demand: only main asks, and only for slow clients and
 * long tasks.
 * @param interest POLLOUT; 0: only whether a connection has ended in both directions. It was reset,
 *   or, of a Unix-domain socket, its peer has closed. A TCP peer that has closed looks like one that
 *   has only ended its side.
 */
export function bindPoll(interest: number) {
  const poll = bind<(descriptors: Int32Array, count: number, timeoutMs: number) => number>(
    'int poll(void *descriptors, unsigned long count, int timeout)',
  );
  /** Two words each: the descriptor; the events asked for (16 bits) and those returned. */
  let asked = new Int32Array(0);
  /**
   * Does not wait. Returns those with the event, or whose connection has ended; none if the call
   * fails, as it may for want of memory.
   */
  return <T extends { readonly fd: number }>(all: readonly T[]): T[] => {
    if (asked.length < 2 * all.length) asked = new Int32Array(4 * all.length);
    const events = new Uint16Array(asked.buffer);
    all.forEach(({ fd }, index) => {
      asked[2 * index] = fd;
      events[4 * index + 2] = interest;
      events[4 * index + 3] = 0;
    });
    if (poll(asked, all.length, 0) === -1) return [];
    return all.filter((_, index) => events[4 * index + 3] !== 0);
  };
}

const PR_SET_NAME = 15;

/** Names this thread for ps(1), top(1) and perf(1): at most 15 bytes are kept. Linux only. */
export function nameThread(name: string): void {
  const prctl = bind<(option: number, name: Uint8Array) => number>(
    'int prctl(int option, const void *name)',
  );
  prctl(PR_SET_NAME, Buffer.from(`${name}\0`));
}

const NO_PATH = Buffer.alloc(1);
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const STATX_MTIME = 0x40;
const STATX_CTIME = 0x80;
const STATX_INO = 0x100;
const STATX_SIZE = 0x200;

/**
 * statx(2), for what tells a version of a file: inode, size, mtime and ctime; the device comes with
 * them. Both calls write a `struct statx` of 256 bytes to an address, and return whether they
 * could. Undefined without Linux.
 */
export function bindStatx() {
  if (process.platform !== 'linux') return undefined;
  const statx = bindIfThere<
    (fd: number, pathAddress: number, flags: number, mask: number, address: number) => number
  >('int statx(int fd, uintptr_t path, int flags, unsigned int mask, uintptr_t address)');
  if (statx === undefined) return undefined;
  const noPath = addressOf(NO_PATH);
  const mask = STATX_INO | STATX_SIZE | STATX_MTIME | STATX_CTIME;
  return {
    /** @param pathAddress where the path stands, which ends in a zero byte */
    ofPath: (pathAddress: number, address: number) =>
      statx(AT_FDCWD, pathAddress, 0, mask, address) === 0,
    ofDescriptor: (fd: number, address: number) =>
      statx(fd, noPath, AT_EMPTY_PATH, mask, address) === 0,
  };
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

/** A `struct timespec`. */
const threadTime = new BigInt64Array(2);
const threadTimeAddress = addressOf(new Uint8Array(threadTime.buffer));

/**
 * The processor time that this thread has used so far, in milliseconds.
 * @throws SystemCallError if clock_gettime(2) fails
 */
export function threadCpuMs(): number {
  if (clockGettime(CLOCK_THREAD_CPUTIME_ID, threadTimeAddress) === -1)
    throw lastError('clock_gettime');
  return Number(threadTime[0]) * 1e3 + Number(threadTime[1]) / 1e6;
}

/** CPUCLOCK_PERTHREAD and CPUCLOCK_SCHED of Linux: a clock of a thread is made of its id and these. */
const CLOCK_OF_THREAD = 6;

/**
 * The processor clocks of this process' threads. Only main asks for those of others. Linux only.
 * @returns in milliseconds; undefined if there is no such thread
 */
export function bindThreadClock(): (tid: number) => number | undefined {
  const time = new BigInt64Array(2);
  const address = addressOf(new Uint8Array(time.buffer));
  return (tid) =>
    clockGettime((~tid << 3) | CLOCK_OF_THREAD, address) === -1
      ? undefined
      : Number(time[0]) * 1e3 + Number(time[1]) / 1e6;
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

/**
 * The calls that only the load generator makes. Linux only; bound on demand, so that servers do not
 * pay for them.
 */
export function bindClientCalls() {
  return {
    socket: bind<(family: number, type: number, protocol: number) => number>(
      'int socket(int family, int type, int protocol)',
    ),
    setsockopt: bind<
      (fd: number, level: number, option: number, value: number, length: number) => number
    >('int setsockopt(int fd, int level, int option, uintptr_t value, unsigned int length)'),
    bind: bind<(fd: number, address: number, length: number) => number>(
      'int bind(int fd, uintptr_t address, unsigned int length)',
    ),
    connect: bind<(fd: number, address: number, length: number) => number>(
      'int connect(int fd, uintptr_t address, unsigned int length)',
    ),
    getsockopt: bind<
      (fd: number, level: number, option: number, value: Int32Array, length: Uint32Array) => number
    >('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    epollCreate: bind<(flags: number) => number>('int epoll_create1(int flags)'),
    /** `event` is a `struct epoll_event`: 12 bytes on x86-64, where it is packed, 16 elsewhere. */
    epollCtl: bind<(epoll: number, operation: number, fd: number, event: number) => number>(
      'int epoll_ctl(int epoll, int operation, int fd, uintptr_t event)',
    ),
    epollWait: bind<
      (epoll: number, events: number, maxEvents: number, timeoutMs: number) => number
    >('int epoll_wait(int epoll, uintptr_t events, int max_events, int timeout)'),
    /**
     * `timeout` is the address of a `struct timespec`. Undefined before Linux 5.11 or glibc 2.35.
     */
    epollPwait2: bindIfThere<
      (epoll: number, events: number, maxEvents: number, timeout: number, sigmask: number) => number
    >(
      'int epoll_pwait2(int epoll, uintptr_t events, int max_events, uintptr_t timeout, uintptr_t sigmask)',
    ),
    prctl: bind<(option: number, argument: number) => number>(
      'int prctl(int option, unsigned long argument)',
    ),
    unshare: bind<(flags: number) => number>('int unshare(int flags)'),
  };
}
