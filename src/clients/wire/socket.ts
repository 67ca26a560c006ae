/**
 * The connection of a one-shot client, with an idle timeout. Main thread of the client.
 *
 * A server that accepts and sends nothing must not block a script forever. The timeout also covers
 * the name lookup and connecting, but not the time that this client itself needs.
 */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { StartError } from '../../base/errors.js';
import type { Target } from './target.js';
import { connectionError } from './errors.js';
import { PatientSocket } from './patient-socket.js';
import { nameOf } from './target.js';

interface SocketOptions<S extends Socket> {
  /** 0: none. */
  readonly timeoutMs: number;
  /** True while the client waits for its own input or output: the timeout then starts again. */
  readonly isOurTurn?: (socket: S) => boolean;
}

const HALF_OPEN = { allowHalfOpen: true };

/**
 * Connects. If the server is silent for `timeoutMs`, the socket is destroyed with a StartError.
 * @throws StartError with a one-line message if the connection fails
 */
export function openSocket(target: Target, options: SocketOptions<Socket>): Promise<Socket> {
  return open(new Socket(HALF_OPEN), target, options);
}

/** Like openSocket, but keeps what the server sent before it broke the connection. */
export function openPatientSocket(
  target: Target,
  options: SocketOptions<PatientSocket>,
): Promise<PatientSocket> {
  return open(new PatientSocket(HALF_OPEN), target, options);
}

async function open<S extends Socket>(
  socket: S,
  target: Target,
  { timeoutMs, isOurTurn = () => false }: SocketOptions<S>,
): Promise<S> {
  const where = nameOf(target);
  // Each read reports the socket's error. One between two reads must not be uncaught.
  socket.on('error', () => undefined);
  socket.setTimeout(timeoutMs, () => {
    if (!socket.connecting && isOurTurn(socket)) socket.setTimeout(timeoutMs);
    else socket.destroy(timeoutError(where, timeoutMs));
  });
  await once(socket.setNoDelay(true).connect(target), 'connect').catch((error: unknown) => {
    throw connectionError(where, error);
  });
  return socket;
}

export function timeoutError(where: string, timeoutMs: number): StartError {
  return new StartError(`${where}: no answer for ${timeoutMs} ms`);
}
