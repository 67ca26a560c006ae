/**
 * The connection of a client that asks for one thing: connect with a bound on silence. Main thread of the client.
 *
 * A server that accepts and then says nothing must not keep a script for ever. Looking up the host's name and
 * connecting count as silence, too; what does not is the time that our own side needs.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { StartError } from '../../base/errors.js';
import type { Target } from './target.js';
import { connectionError } from './errors.js';
import { nameOf } from './target.js';

interface SocketOptions {
  readonly timeoutMs: number;
  /** Whether the silence is our own: input that has not come yet, output that nobody has read. */
  readonly isOurTurn?: (socket: Socket) => boolean;
}

/**
 * The connection is destroyed with a StartError when the server is silent for too long.
 * @throws StartError in one line, when there is no connection
 */
export async function openSocket(
  target: Target,
  { timeoutMs, isOurTurn = () => false }: SocketOptions,
): Promise<Socket> {
  const where = nameOf(target);
  const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
  // Whoever reads hears of errors; one between two reads must not become an uncaught one.
  socket.on('error', () => undefined);
  socket.setTimeout(timeoutMs, () => {
    if (!socket.connecting && isOurTurn(socket)) socket.setTimeout(timeoutMs);
    else socket.destroy(timeoutError(where, timeoutMs));
  });
  await once(socket, 'connect').catch((error: unknown) => {
    throw connectionError(where, error);
  });
  return socket;
}

export function timeoutError(where: string, timeoutMs: number): StartError {
  return new StartError(`${where}: no answer for ${timeoutMs} ms`);
}
