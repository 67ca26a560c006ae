/**
 * A file that exists complete or not at all. It is written under a temporary name beside its own,
 * and renamed when it is complete. An existing path that is no plain file, such as /dev/null or a
 * FIFO, is written to directly.
 */
import { rmSync } from 'node:fs';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { StartError } from './errors.js';
import type { ByteSink } from './byte-sink.js';
import { fileReason } from './file-reason.js';
import { printable } from './printable.js';

/** The temporary files of this process, for the handler that ends it during a fetch. */
const unfinished = new Set<string>();

export function removeUnfinishedFiles(): void {
  for (const path of unfinished) rmSync(path, { force: true });
}

const PERMISSIONS = 0o777;

interface Opened {
  readonly file: FileHandle;
  /** Undefined: the existing file is written to directly. */
  readonly rename: { readonly from: string; readonly to: string } | undefined;
}

export class PartFile implements ByteSink {
  readonly #path: string;
  #opened: Opened | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Appends bytes to the file.
   * @throws FileError in one line, as the other methods do
   */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#explained(async () => {
      const { file } = (this.#opened ??= await openFor(this.#path));
      await file.writeFile(bytes);
    });
  }

  /**
   * Completes the file: after this it stands under its own name.
   * @throws FileError in one line
   */
  async commit(): Promise<void> {
    await this.#explained(async () => {
      const { file, rename: names } = (this.#opened ??= await openFor(this.#path));
      await file.close();
      if (names) {
        await rename(names.from, names.to);
        unfinished.delete(names.from);
      }
      this.#opened = undefined;
    });
  }

  /** Removes the file if it was not committed. May be called at any time. */
  async discard(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (!opened) return;
    // A close that fails, as on a full disk, has closed the file all the same.
    await opened.file.close().catch(() => undefined);
    if (!opened.rename) return;
    await rm(opened.rename.from, { force: true });
    unfinished.delete(opened.rename.from);
  }

  async #explained(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw fileError('write', this.#path, error);
    }
  }
}

/** So many characters, or a few more, are written at once. */
const WRITTEN_AT_ONCE = 256 * 1024;

/**
 * Writes a complete file.
 * @param content the whole text or its pieces, which need not fit into memory at once
 * @throws FileError in one line, if it cannot be written
 */
export async function writeWhole(path: string, content: string | Iterable<string>): Promise<void> {
  const file = new PartFile(path);
  try {
    for (const text of gathered(content)) await file.write(Buffer.from(text));
    await file.commit();
  } finally {
    await file.discard();
  }
}

/** Joins small pieces: a write for each would cost more than its text. */
function* gathered(content: string | Iterable<string>): Generator<string> {
  if (typeof content === 'string') {
    yield content;
    return;
  }
  let text = '';
  for (const piece of content) {
    text += piece;
    if (text.length < WRITTEN_AT_ONCE) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** A local file failed, not the server. */
export class FileError extends StartError {}

export function fileError(verb: 'read' | 'write', path: string, error: unknown): FileError {
  const reason = fileReason(error, verb === 'read' ? 'file' : 'directory');
  return new FileError(`cannot ${verb} ${printable(path)}: ${reason}`, {
    cause: error,
  });
}

async function openFor(path: string): Promise<Opened> {
  const existing = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (existing && !existing.isFile()) return { file: await open(path, 'w'), rename: undefined };
  // A symbolic link is kept: the file that it points to is replaced.
  const to = existing ? await realpath(path) : path;
  // Not the whole name of the file, which may have the greatest possible length already.
  const from = join(
    dirname(to),
    `.${basename(to).slice(0, 32)}.${randomBytes(6).toString('hex')}.part`,
  );
  // Listed before it exists, since a signal may arrive in between.
  unfinished.add(from);
  const file = await open(from, 'wx', existing && existing.mode & PERMISSIONS);
  // The umask, which is for new files, may have removed some of these permissions.
  if (existing) await file.chmod(existing.mode & PERMISSIONS);
  return { file, rename: { from, to } };
}
