/**
 * Passes bytes from a script to a server and back, for `handoff connect`. Its own process, main
 * thread.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connectionError } from '../wire/errors.js';
import { PatientSocket } from '../wire/patient-socket.js';
import { outputError } from '../../base/output.js';
import { nameOf, type Target } from '../wire/target.js';

/**
 * Sends `input`, then half-closes. Writes the server's bytes to `output` until the server closes.
 * @returns false if a line of the server begins with `ERR `, or if it answered nothing to some
 * bytes
 * @throws StartError with a one-line message if the connection fails or the output is full
 */
export async function exchangeBytes(
  target: Target,
  input: Readable,
  output: Writable,
): Promise<boolean> {
  const socket = new PatientSocket({ allowHalfOpen: true });
  // The pipeline does not say which stream failed, and `output.errored` may be set too late.
  let outputFailure: Error | undefined;
  output.on('error', (error) => (outputFailure = error));
  const heard = { refusal: false };
  let line = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString('latin1')).split('\n');
    heard.refusal ||= lines.some((said) => said.startsWith('ERR '));
    // An answer may arrive in pieces, and end without a newline.
    line = lines.at(-1)?.slice(0, 'ERR '.length) ?? '';
  });
  try {
    await once(socket.connect(target), 'connect');
    // The server may close before the input ends, so this is not awaited. The socket reports
    // errors.
    pipeline(input, socket).catch(() => undefined);
    await pipeline(socket, output, { end: false });
    if (socket.failure && !heard.refusal) throw socket.failure;
  } catch (error) {
    if (!outputFailure && error !== output.errored) throw connectionError(nameOf(target), error);
    const failure = outputError(outputFailure ?? (error as Error));
    // Undefined: the reader closed the output, which is no error.
    if (failure) throw failure;
  } finally {
    input.destroy();
    socket.destroy();
  }
  const ignored = socket.bytesWritten > 0 && socket.bytesRead === 0;
  return !heard.refusal && !ignored;
}
