/**
 * One request over a connection of its own, before a job begins: what comes back is what a right answer looks like.
 *
 * Runs in the generator's process and keeps its thread until the answer is there or the time is up. Used where the
 * job cannot know the answer beforehand: web-exchange.ts, line-exchange.ts.
 */
import { MSG_NOSIGNAL, addressOf, recv, send } from '../../../src/base/libc.js';
import { Epoll, closeSocket, connectSocket, failureKind } from './epoll.js';

interface Question {
  readonly port: number;
  readonly request: Uint8Array;
  /** For errors: who is asked. */
  readonly whom: string;
  readonly limitMs: number;
  /** An answer that is longer is cut here, and then never whole. */
  readonly mostBytes: number;
  /** The whole answer, as soon as what has come so far is one. May throw: it is wrong. */
  readonly whole: (bytes: Uint8Array) => Uint8Array | undefined;
}

/** Throws, and says why, if no whole answer comes in time. */
export function askOnce({ port, request, whom, limitMs, mostBytes, whole }: Question): Uint8Array {
  const received = new Uint8Array(mostBytes);
  const epoll = new Epoll();
  const fd = connectSocket(port, undefined);
  try {
    epoll.add(fd, 0, true);
    const endMs = performance.now() + limitMs;
    let isSent = false;
    let length = 0;
    while (performance.now() < endMs) {
      epoll.wait(10);
      if (!isSent) {
        const sent = taken(send(fd, addressOf(request), request.length, MSG_NOSIGNAL), whom);
        isSent = sent !== undefined;
      }
      const more = taken(recv(fd, addressOf(received) + length, received.length - length, 0), whom);
      if (more === undefined) continue;
      length += more;
      const answer = whole(received.subarray(0, length));
      if (answer) return answer;
      if (more === 0) throw new Error(`${whom} closed after ${length} bytes`);
    }
    throw new Error(`no whole answer from ${whom} within ${limitMs} ms`);
  } finally {
    closeSocket(fd);
    epoll.close();
  }
}

/** What a call on the socket gave; undefined if it has to be made again later. */
function taken(result: number, whom: string): number | undefined {
  if (result >= 0) return result;
  const kind = failureKind();
  if (kind === undefined) return undefined;
  throw new Error(`asking ${whom} failed: ${kind}`);
}
