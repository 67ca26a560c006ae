/**
 * The client of `collect` (exercise 1.3): sends everything, half-closes, and has the server say how much it got.
 * Main thread of the client.
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
import { openSocket } from '../wire/socket.js';
import { quoted, printable } from '../../base/printable.js';

/** Far longer than any answer that could be right. */
const MAX_ANSWER_BYTES = 1024;

/** Something to send; `path` is undefined for standard input. */
export interface Source {
  readonly path: string | undefined;
  readonly open: () => Readable;
}

/**
 * @param sources sent one after the other
 * @param timeoutMs how long the server may be silent when it is its turn
 * @returns how many bytes the server has confirmed, which are all that there were
 * @throws StartError in one line, when the server did not get them or did not say so
 */
export async function sendAll(
  target: Target,
  sources: readonly Source[],
  timeoutMs: number,
): Promise<number> {
  const where = nameOf(target);
  const isOurTurn = (to: Socket) => !to.writableEnded && to.writableLength === 0;
  const socket = await openSocket(target, { timeoutMs, isOurTurn });
  // The server must not take a part for the whole. (A Unix-domain socket knows no reset.)
  const abort = () => {
    if ('path' in target) socket.destroy();
    else socket.resetAndDestroy();
  };
  const outgoing = new Upload(sources, abort);
  // A server that refuses answers in the midst of it, so the answer is not waited for only afterwards; a failure is
  // the socket's, too, and is heard of there.
  pipeline(outgoing.chunks(), socket).catch(() => undefined);
  let answer = '';
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer += chunk.toString('utf8', 0, MAX_ANSWER_BYTES);
      if (answer.length >= MAX_ANSWER_BYTES) break;
    }
  } catch (error) {
    if (outgoing.failure) throw outgoing.failure;
    if (answer === '') throw connectionError(where, error);
  } finally {
    socket.destroy();
    outgoing.close();
  }
  return checkAnswer(where, answer, outgoing);
}

/** The bytes on their way, and how many there were. */
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

  /** Nobody waits for input any more. */
  close(): void {
    this.#open?.destroy();
  }
}

function checkAnswer(where: string, answer: string, { bytes, isComplete }: Upload): number {
  const failed = (why: string) => new StartError(`${where}: ${why}`);
  if (answer === '') throw failed('the server closed the connection without an answer');
  const count = /^OK (\d+)\r?\n?$/.exec(answer)?.[1];
  if (count === undefined) throw failed(`the server says ${quoted(answer.trimEnd())}`);
  if (!isComplete) throw failed('the server answered before it had got everything');
  if (Number(count) !== bytes) throw failed(`${bytes} bytes were sent, but the server got ${count}`);
  return bytes;
}

/**
 * Files to send. Looked at beforehand, so that nothing is sent if one of them is missing.
 * @throws StartError that names the file
 */
export async function sourcesOf(paths: readonly string[]): Promise<Source[]> {
  for (const path of paths) {
    // Not opened yet: that would disturb the writer of a FIFO.
    const found = await access(path, constants.R_OK)
      .then(() => stat(path))
      .catch((error: unknown) => {
        throw fileError('read', path, error);
      });
    if (found.isDirectory()) throw new StartError(`cannot read ${printable(path)}: it is a directory`);
  }
  return paths.map((path) => ({ path, open: () => createReadStream(path) }));
}
