/**
 * Sends a request over a connection of its own before the load, to learn what a right answer is.
 *
 * Runs in the load process and keeps its thread until the answer or the time limit. Used where a
 * job does not contain the answer: line-exchange.ts and web-exchange.ts.
 */
import { addressOf } from '../../../src/base/libc/call.js';
import { MSG_NOSIGNAL, close, recv, send } from '../../../src/base/libc/socket.js';
import { Epoll } from './epoll.js';
import { NO_SOCKET, connectSocket, failureKind } from './socket.js';

interface ReferenceRequest {
  readonly port: number;
  readonly request: Uint8Array;
  /** What error messages call the server. */
  readonly server: string;
  readonly limitMs: number;
  /** The size of the receive buffer. A longer answer is never complete. */
  readonly maxBytes: number;
  /**
   * Returns the whole answer, or undefined while bytes are missing. Throws if the bytes are wrong.
   */
  readonly parse: (bytes: Uint8Array) => Uint8Array | undefined;
  /** If given, the request is sent again, and this gets the second answer; it throws if that is wrong. */
  readonly confirm?: (second: Uint8Array, first: Uint8Array) => void;
}

/**
 * Returns the whole answer.
 * @throws Error if the server closes, or no whole answer comes in time; SystemCallError if the
 * connect fails at once; whatever `parse` and `confirm` throw
 */
export function fetchReferenceAnswer(options: ReferenceRequest): Uint8Array {
  const { port, request, server, limitMs, maxBytes, parse, confirm } = options;
  const received = new Uint8Array(maxBytes);
  const epoll = new Epoll();
  let fd = NO_SOCKET;
  try {
    fd = connectSocket(port);
    epoll.add(fd, 0, true);
    let endMs = performance.now() + limitMs;
    let isSent = false;
    let length = 0;
    let first: Uint8Array | undefined;
    while (performance.now() < endMs) {
      epoll.wait(10);
      if (!isSent) {
        const sent = checked(send(fd, addressOf(request), request.length, MSG_NOSIGNAL), server);
        isSent = sent !== undefined;
      }
      const more = checked(
        recv(fd, addressOf(received) + length, received.length - length, 0),
        server,
      );
      if (more === undefined) continue;
      length += more;
      const answer = parse(received.subarray(0, length));
      if (answer && first) confirm?.(answer, first);
      if (answer && (first || !confirm)) return answer;
      if (answer) {
        first = answer;
        isSent = false;
        length = 0;
        endMs = performance.now() + limitMs;
      }
      if (more === 0) throw new Error(`${server} closed after ${length} bytes`);
    }
    throw new Error(`no whole answer from ${server} within ${limitMs} ms`);
  } finally {
    if (fd !== NO_SOCKET) close(fd);
    epoll.close();
  }
}

/** The result of a call on the socket; undefined if the call has to be repeated later. */
function checked(result: number, server: string): number | undefined {
  if (result >= 0) return result;
  const kind = failureKind();
  if (kind === undefined) return undefined;
  throw new Error(`the request to ${server} failed: ${kind}`);
}
