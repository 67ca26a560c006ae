/**
 * Standard output as a destination for bytes. It waits for a slow reader, and distinguishes a
 * closed pipe from an error.
 */
import type { Writable } from 'node:stream';
import type { ByteSink } from './byte-sink.js';
import { fileError, type FileError } from './part-file.js';

/** The reader closed the pipe, as `head` does. That is no failure. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export class StreamSink implements ByteSink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Errors are passed to the write's callback.
    stream.on('error', () => undefined);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        if (!error) resolve();
        else
          reject(
            outputError(error) ?? new ReaderGone('the reader closed the pipe', { cause: error }),
          );
      });
    });
  }
}

/** The error for the user; undefined if the reader closed the pipe, which is no failure. */
export function outputError(error: NodeJS.ErrnoException): FileError | undefined {
  return isGone(error) ? undefined : fileError('write', 'standard output', error);
}

let standardOutput: StreamSink | undefined;

/**
 * Writes a line to standard output, which console.log() would do without reporting errors. If the
 * reader has closed the pipe, sets exit status 1.
 * @throws FileError in one line, if the output cannot be written
 */
export async function writeOut(line: string): Promise<void> {
  standardOutput ??= new StreamSink(process.stdout);
  try {
    await standardOutput.write(Buffer.from(`${line}\n`));
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
    process.exitCode = 1;
  }
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return (
    code === 'EPIPE' || code === 'ECONNRESET' || code === 'EIO' || code === 'ERR_STREAM_DESTROYED'
  );
}
