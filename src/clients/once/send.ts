/**
 * The client of `collect` (exercise 1.3): sends its input, half-closes, and checks the byte count
 * that the server returns. Main thread of the client.
 */
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StartError } from '../../base/errors.js';
import type { Target } from '../wire/target.js';
import { connectionError } from '../wire/errors.js';
import { nameOf } from '../wire/target.js';
import { fileError } from '../../base/part-file.js';
import { openPatientSocket } from '../wire/socket.js';
import { quoted, printable } from '../../base/printable.js';

/** Far longer than any correct answer. */
const MAX_ANSWER_BYTES = 1024;

/** An input to send; `path` is undefined for standard input. */
export interface Source {
  readonly path: string | undefined;
  readonly open: () => Readable;
}

/**
 * Sends the sources one after the other.
 * @param timeoutMs idle timeout: longest silence of the server while the client waits for it
 * @returns the number of bytes sent, all of them confirmed by the server
 * @throws StartError with a one-line message if an input fails, or if the server does not confirm
 * every byte
 */
export async function sendAll(
  target: Target,
  sources: readonly Source[],
  timeoutMs: number,
): Promise<number> {
  const where = nameOf(target);
  const isOurTurn = (to: Socket) => !to.writableEnded && to.writableLength === 0;
  const socket = await openPatientSocket(target, { timeoutMs, isOurTurn });
  // A reset shows the server that the input is incomplete. A Unix-domain socket has no reset.
  const abort = () => {
    if ('path' in target) socket.destroy();
    else socket.resetAndDestroy();
  };
  const outgoing = new Upload(sources, abort);
  // Not awaited, since a server that refuses answers during the upload. The read reports its
  // errors.
  pipeline(outgoing.chunks(), socket).catch(() => undefined);
  let answer = '';
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer += chunk.toString('utf8', 0, MAX_ANSWER_BYTES);
      if (answer.length >= MAX_ANSWER_BYTES) break;
    }
    if (socket.failure) throw socket.failure;
  } catch (error) {
    if (outgoing.failure) throw outgoing.failure;
    if (answer === '') throw connectionError(where, error);
  } finally {
    socket.destroy();
    outgoing.close();
  }
  return checkAnswer(where, answer, outgoing);
}

/** Reads the sources and counts their bytes. */
class Upload {
  readonly #sources: readonly Source[];
  readonly #abort: () => void;
  #open: Readable | undefined;
  bytes = 0;
  isComplete = false;
  failure: StartError | undefined;

  constructor(sources: readonly Source[], breakOff: () => void) {
    this.#sources = sources;
    this.#abort = breakOff;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (const { path, open } of this.#sources) {
      try {
        this.#open = open();
        for await (const chunk of this.#open as AsyncIterable<Buffer>) {
          this.bytes += chunk.length;
          yield chunk;
        }
      } catch (error) {
        this.failure = fileError('read', path ?? 'standard input', error);
        this.#abort();
        throw this.failure;
      }
    }
    this.isComplete = true;
  }

  /** Stops reading the current source. */
  close(): void {
    this.#open?.destroy();
  }
}

function checkAnswer(where: string, answer: string, { bytes, isComplete }: Upload): number {
  const failed = (why: string) => new StartError(`${where}: ${why}`);
  if (answer === '') throw failed('the server closed the connection without an answer');
  const count = /^OK (\d+)\r?\n?$/.exec(answer)?.[1];
  if (count === undefined) throw failed(`the server says ${quoted(answer.trimEnd())}`);
  if (!isComplete) throw failed('the server answered before it received everything');
  if (Number(count) !== bytes)
    throw failed(`${bytes} bytes were sent, but the server received ${count}`);
  return bytes;
}

/**
 * Checks the files before anything is sent, so that a missing file stops the whole upload.
 * @throws FileError that names a missing or unreadable file
 * @throws StartError that names a directory
 */
export async function sourcesOf(paths: readonly string[]): Promise<Source[]> {
  for (const path of paths) {
    // Opening a FIFO here would disturb its writer.
    const found = await access(path, constants.R_OK)
      .then(() => stat(path))
      .catch((error: unknown) => {
        throw fileError('read', path, error);
      });
    if (found.isDirectory())
      throw new StartError(`cannot read ${printable(path)}: it is a directory`);
  }
  return paths.map((path) => ({ path, open: () => createReadStream(path) }));
}
