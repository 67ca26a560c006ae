/**
 * The client of `daytime` (document 003's gettime.py): the server tells the time to whoever connects, or to whoever
 * sends it a datagram. Main thread of the client.
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
/** A datagram can be lost either way. */
const MAX_REQUESTS = 3;

/**
 * @param timeoutMs how long the server may take for each part of its answer
 * @returns the line that the server sent, fit for a terminal
 * @throws StartError in one line, when there was none or it tells no time
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

/** The same by datagrams: asks up to three times, and waits for `timeoutMs` in all. */
export async function getTimeByDatagram(host: string, port: number, timeoutMs: number): Promise<string> {
  const where = `${host} port ${port}`;
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  // Between two waits, an error is heard of by the next one.
  socket.on('error', () => undefined);
  try {
    // Connected, it hears of this server alone, and of a port where nobody listens.
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
  if (answer === '') throw new StartError(`${where}: the server closed the connection without an answer`);
  // Whatever the format of a date, hours and minutes look like this.
  if (!/\d\d:\d\d/.test(line))
    throw new StartError(`${where}: the server says ${quoted(line)}, which is no time`);
  return printable(line);
}
