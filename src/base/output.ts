/** Standard output as a place for bytes: waits for a slow reader, and tells a gone one from an error. */
import type { Writable } from 'node:stream';
import type { ByteSink } from './byte-sink.js';
import { fileError, type FileError } from './part-file.js';

/** Whoever read has seen enough, as `head` does: nothing to complain of. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export class StreamSink implements ByteSink {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Each write hears of its own error.
    stream.on('error', () => undefined);
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        if (!error) resolve();
        else
          reject(outputError(error) ?? new ReaderGone('nobody reads the output any more', { cause: error }));
      });
    });
  }
}

/** What to tell the user of it; undefined if nobody reads the output any more, which is no error. */
export function outputError(error: NodeJS.ErrnoException): FileError | undefined {
  return isGone(error) ? undefined : fileError('write', 'standard output', error);
}

let standardOutput: StreamSink | undefined;

/**
 * Writes a line; console.log() would pass over errors. Status 1 if nobody reads it.
 * @throws FileError in one line
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
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'EIO' || code === 'ERR_STREAM_DESTROYED';
}
