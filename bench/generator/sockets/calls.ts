/**
 * The system calls that only the load generator makes, and their constants. Linux only. Those that
 * servers make too are in src/base/libc/. Read socket.ts and epoll.ts next.
 */
import { bind, bindIfThere } from '../../../src/base/libc/call.js';

export const AF_INET = 2;
export const IPPROTO_IP = 0;
/**
 * Lets bind(2) choose an address and leave the port to connect(2), so that ports are reused across
 * peers.
 */
export const IP_BIND_ADDRESS_NO_PORT = 24;
export const SO_ERROR = 4;
export const PR_SET_TIMERSLACK = 29;
export const CLONE_FILES = 0x400;

/** The socket calls and the epoll calls. */
export const calls = {
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
  epollWait: bind<(epoll: number, events: number, maxEvents: number, timeoutMs: number) => number>(
    'int epoll_wait(int epoll, uintptr_t events, int max_events, int timeout)',
  ),
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
