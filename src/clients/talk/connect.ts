/**
 * Passes bytes from a script to a server and back, for `handoff connect`. Its own process, main
 * thread. telnet.ts is what a user at a terminal gets.
 */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../base/errors.js';
import { outputError } from '../../base/output.js';
import { connectionError } from '../wire/errors.js';
import type { PatientSocket } from '../wire/patient-socket.js';
import { openPatientSocket } from '../wire/socket.js';
import { nameOf, type Target } from '../wire/target.js';

interface ExchangeOptions {
  /** Gives up when the server owes an answer for so long; 0: never. */
  readonly timeoutMs: number;
  /** Whether the server closes first by its protocol, once it has answered. */
  readonly closesFirst: boolean;
}

/** After the server's end, the end of an input that has nothing more to send counts as earlier. */
const INPUT_END_MS = 200;

/**
 * Sends `input`, then half-closes. Writes the server's bytes to `output` until the server closes.
 * @returns false if a line of the server begins with `ERR `: the output says why
 * @throws StartError with a one-line message if the connection fails, the server closes before its
 * part is done, it is silent for too long, or the output is full
 */
export async function exchangeBytes(
  target: Target,
  input: Readable,
  output: Writable,
  { timeoutMs, closesFirst }: ExchangeOptions,
): Promise<boolean> {
  const where = nameOf(target);
  // The pipeline does not say which stream failed, and `output.errored` may be set too late.
  let outputFailure: Error | undefined;
  output.on('error', (error) => (outputFailure = error));
  const heard = { refusal: false };
  let socket: PatientSocket | undefined;
  try {
    socket = await openPatientSocket(target, {
      timeoutMs,
      // A reader of the output that falls behind stops the reading of the server's bytes.
      isOurTurn: (at) => (at.isAnswered && !at.writableEnded) || output.writableNeedDrain,
    });
    noteRefusals(socket, heard);
    // The server may close before the input ends, so this is not awaited. The socket reports
    // errors.
    const sent = pipeline(input, socket).catch(() => undefined);
    await pipeline(socket, output, { end: false });
    if (heard.refusal) return false;
    if (socket.failure) throw socket.failure;
    if (outputFailure) return true;
    const fault = await faultOf(socket, sent, closesFirst);
    if (fault !== undefined) throw new StartError(`${where}: ${fault}`);
  } catch (error) {
    if (!outputFailure && error !== output.errored) throw connectionError(where, error);
    const failure = outputError(outputFailure ?? (error as Error));
    // Undefined: the reader closed the output, which is no error.
    if (failure) throw failure;
  } finally {
    input.destroy();
    socket?.destroy();
  }
  return !heard.refusal;
}

function noteRefusals(socket: PatientSocket, heard: { refusal: boolean }): void {
  let line = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (line + chunk.toString('latin1')).split('\n');
    heard.refusal ||= lines.some((said) => said.startsWith('ERR '));
    // An answer may arrive in pieces, and end without a newline.
    line = lines.at(-1)?.slice(0, 'ERR '.length) ?? '';
  });
}

/** Why the server had not done its part when it closed in order; undefined if it had. */
async function faultOf(
  socket: PatientSocket,
  sent: Promise<void>,
  closesFirst: boolean,
): Promise<string | undefined> {
  const { bytesRead, bytesWritten } = socket;
  if (bytesWritten > 0 && bytesRead === 0) return 'the server closed the connection unanswered';
  if (closesFirst && bytesRead > 0 && socket.writableLength === 0) return undefined;
  await Promise.race([sent, sleep(INPUT_END_MS, undefined, { ref: false })]);
  const isInputOver = socket.writableFinished && socket.bytesWritten === bytesWritten;
  return isInputOver ? undefined : 'the server closed the connection before the input had ended';
}
