/** A byte stream client: what is typed goes to the server, what comes back is shown. Its own process, main thread. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StartError } from '../errors.js';

export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Sends `input` until it ends, then half-closes, and writes what the server says to `output` until it closes.
 * @returns whether the server did what was asked: false if it has said a line that begins with `ERR `, or was sent
 * something and said nothing
 * @throws StartError in one line, when there is no server or the connection is reset
 */
export async function converseWith(target: Target, input: Readable, output: Writable): Promise<boolean> {
  const where = 'path' in target ? target.path : `${target.host} port ${target.port}`;
  const socket = connect({ ...target, allowHalfOpen: true });
  const heard = { refusal: false };
  let line = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString('latin1')).split('\n');
    heard.refusal ||= lines.some((said) => said.startsWith('ERR '));
    // An answer may come in pieces, and end without a newline.
    line = lines.at(-1)?.slice(0, 'ERR '.length) ?? '';
  });
  try {
    await once(socket, 'connect');
    // A server may close before all has been typed, so sending must not be waited for; its errors are the socket's.
    pipeline(input, socket).catch(() => undefined);
    await pipeline(socket, output, { end: false });
  } catch (error) {
    // Whoever read the output has seen enough.
    if (!output.errored)
      throw new StartError(`${where}: ${describe(error as NodeJS.ErrnoException)}`, { cause: error });
  } finally {
    input.destroy();
    socket.destroy();
  }
  const ignored = socket.bytesWritten > 0 && socket.bytesRead === 0;
  return !heard.refusal && !ignored;
}

function describe(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connection refused; is the server running?',
    ECONNRESET: 'the server reset the connection',
    EPIPE: 'the server closed the connection',
    ENOENT: 'there is no such socket',
    ENOTFOUND: 'no such host',
    ETIMEDOUT: 'no answer',
  };
  return reasons[error.code ?? ''] ?? error.message;
}
