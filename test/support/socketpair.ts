/** Two connected sockets in one process that keep the boundaries of messages. */
import koffi from 'koffi';
import type { Cleanup } from './server.js';

const [AF_UNIX, SOCK_SEQPACKET] = [1, 5];

/** Returns their descriptors, which are closed with the test. */
export function openSocketpair(t: Cleanup): [number, number] {
  const libc = koffi.load(null);
  const pair = new Int32Array(2);
  const socketpair = libc.func('int socketpair(int family, int type, int protocol, void *pair)');
  if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) !== 0) throw new Error('socketpair failed');
  const close = libc.func('int close(int fd)');
  t.after(() => pair.forEach((fd) => void close(fd)));
  return [pair[0] ?? -1, pair[1] ?? -1];
}
