/**
 * Whether a path still leads to the file that was read, unchanged, and that is still below a root:
 * one statx(2) and a comparison for a file in the root itself, one more for a file in a folder.
 *
 * Node's statSync makes an object of 18 fields, four of them dates, for each call. A client thread
 * that serves a cached file spent half of its user time on that. Runs on any thread.
 */
import { addressOf } from './libc/call.js';
import { bindStatx } from './libc/file.js';

const statx = bindStatx();

/** The kernel fills in a `struct statx`: this thread's only one, since calls are synchronous. */
const found = new Uint32Array(64);
const foundAddress = addressOf(new Uint8Array(found.buffer));

/** The words of a `struct statx` that tell which file it is. */
const IDENTITY = [8, 9, 34, 35];
/** Those that differ between two files, or two versions of one: also size, ctime and mtime. */
const VERSION = [...IDENTITY, 10, 11, 24, 25, 26, 28, 29, 30];

/** What statx(2) of a path must still find. */
interface Check {
  /** Ends in a zero byte. Kept since the kernel reads it at its address. */
  readonly path: Buffer;
  readonly pathAddress: number;
  readonly compared: readonly number[];
  readonly words: Uint32Array;
}

/** Where a file was found; paths have one byte a character. */
interface Place {
  /** The path with all links followed. */
  readonly real: string;
  /** The folder that the file must stay below, likewise. */
  readonly root: string;
}

export class FileStamp {
  readonly #checks: readonly Check[];

  private constructor(checks: readonly Check[]) {
    this.#checks = checks;
  }

  /**
   * The stamp of an open file, which is to be found at `path`. Taken before the file is read, it
   * shows every later change, except for one within the same tick of the kernel's clock.
   * @param path may lead over links; one byte a character
   * @returns undefined where files cannot be stamped: on another system than Linux
   */
  static of(fd: number, path: string, { real, root }: Place): FileStamp | undefined {
    if (!statx?.ofDescriptor(fd, foundAddress)) return undefined;
    const words = found.slice();
    const checks = [checkOf(path, VERSION, words)];
    if (path !== real) checks.push(checkOf(real, VERSION, words));
    const depth = real.slice(root.length).split('/').filter(Boolean).length - 1;
    if (depth > 0) {
      if (!statx.ofPath(checkOf(root, IDENTITY, words).pathAddress, foundAddress)) return undefined;
      // A folder whose parents lead to the root is below the root. One that has become a link to
      // outside leads to other parents.
      const parents = real.slice(0, real.lastIndexOf('/')) + '/..'.repeat(depth);
      checks.push(checkOf(parents, IDENTITY, found.slice()));
    }
    return new FileStamp(checks);
  }

  /** False also if nothing is found at a path, or it cannot be asked. */
  isCurrent(): boolean {
    for (const check of this.#checks) if (!isUnchanged(check)) return false;
    return true;
  }
}

function isUnchanged({ pathAddress, compared, words }: Check): boolean {
  if (!statx?.ofPath(pathAddress, foundAddress)) return false;
  for (const word of compared) if (found[word] !== words[word]) return false;
  return true;
}

function checkOf(text: string, compared: readonly number[], words: Uint32Array): Check {
  const path = Buffer.allocUnsafeSlow(text.length + 1);
  path.write(`${text}\0`, 'latin1');
  return { path, pathAddress: addressOf(path), compared, words };
}
