/** A byte stream client: what is typed goes to the server, what comes back is shown. Its own process, main thread. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connectionError } from '../wire/errors.js';
import { outputError } from '../../base/output.js';
import { nameOf, type Target } from '../wire/target.js';

/**
 * Sends `input` until it ends, then half-closes, and writes what the server says to `output` until it closes.
 * @returns whether the server did what was asked: false if it has said a line that begins with `ERR `, or was sent
 * something and said nothing
 * @throws StartError in one line, when there is no server, the connection is reset, or the output is full
 */
export async function exchangeBytes(target: Target, input: Readable, output: Writable): Promise<boolean> {
  const socket = connect({ ...target, allowHalfOpen: true });
  // Whose error the pipeline fails with, it does not say; nor has the stream always noted its own by then.
  let outputFailure: Error | undefined;
  output.on('error', (error) => (outputFailure = error));
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
    if (!outputFailure && error !== output.errored) throw connectionError(nameOf(target), error);
    const failure = outputError(outputFailure ?? (error as Error));
    // Otherwise whoever read the output has seen enough.
    if (failure) throw failure;
  } finally {
    input.destroy();
    socket.destroy();
  }
  const ignored = socket.bytesWritten > 0 && socket.bytesRead === 0;
  return !heard.refusal && !ignored;
}
