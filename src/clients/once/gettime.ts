/**
 * The client of `daytime` (document 003's gettime.py): connects or sends a datagram, and reads the
 * time. Main thread of the client.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { StartError } from '../../base/errors.js';
import type { Target } from '../wire/target.js';
import { connectionError } from '../wire/errors.js';
import { nameOf } from '../wire/target.js';
import { openSocket, timeoutError } from '../wire/socket.js';
import { quoted, printable } from '../../base/printable.js';

const MAX_ANSWER_BYTES = 1024;
/** A request or its answer may be lost, so the client retries. */
const MAX_REQUESTS = 3;

/**
 * Asks for the time over a stream.
 * @param timeoutMs idle timeout: longest silence before and within the answer
 * @returns the server's line, safe for a terminal
 * @throws StartError with a one-line message if no line comes, or if it contains no time
 */
export async function getTime(target: Target, timeoutMs: number): Promise<string> {
  const where = nameOf(target);
  const socket = await openSocket(target, { timeoutMs });
  let answer = '';
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer += chunk.toString('latin1');
      if (answer.includes('\n') || answer.length >= MAX_ANSWER_BYTES) break;
    }
  } catch (error) {
    throw connectionError(where, error);
  } finally {
    socket.destroy();
  }
  return timeIn(where, answer);
}

/**
 * Asks for the time by datagram, up to three times.
 * @param timeoutMs total time for all requests
 * @returns the server's line, safe for a terminal
 * @throws StartError with a one-line message if no line comes, or if it contains no time
 */
export async function getTimeByDatagram(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<string> {
  const where = `${host} port ${port}`;
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  // Each once() reports the socket's error. One between two must not be uncaught.
  socket.on('error', () => undefined);
  try {
    // A connected socket receives only this server's datagrams, and the error of a closed port.
    socket.connect(port, host);
    await once(socket, 'connect');
    return timeIn(where, await firstAnswer(socket, where, timeoutMs));
  } catch (error) {
    throw connectionError(where, error);
  } finally {
    socket.close();
  }
}

async function firstAnswer(socket: Socket, where: string, timeoutMs: number): Promise<string> {
  let left = MAX_REQUESTS;
  const ask = () => {
    if (left-- > 0) socket.send('time?\n');
    else socket.emit('error', timeoutError(where, timeoutMs));
  };
  ask();
  const asking = setInterval(ask, timeoutMs / MAX_REQUESTS);
  try {
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer.toString('latin1', 0, MAX_ANSWER_BYTES);
  } finally {
    clearInterval(asking);
  }
}

function timeIn(where: string, answer: string): string {
  const line = answer.split('\n', 1)[0]?.replace(/\r$/, '') ?? '';
  if (answer === '')
    throw new StartError(`${where}: the server closed the connection without an answer`);
  // Date formats differ, but all contain hours and minutes in this form.
  if (!/\d\d:\d\d/.test(line))
    throw new StartError(`${where}: the server says ${quoted(line)}, which is no time`);
  return printable(line);
}
