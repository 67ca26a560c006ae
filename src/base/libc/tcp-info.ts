/**
 * What the kernel knows about a TCP socket: tcp(7), TCP_INFO. Only main asks, so the call is bound
 * on demand. Read server/accepted-socket.ts next.
 */
import { addressOf, bind } from './call.js';
import { IPPROTO_TCP } from './socket.js';

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

/** The questions that main asks about TCP sockets. */
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
