/**
 * Whether a path still leads to the file that was read, unchanged: one statx(2) and a comparison.
 *
 * Node's statSync makes an object of 18 fields, four of them dates, for each call. A client thread
 * that serves a cached file spent half of its user time on that. Runs on any thread.
 */
import { addressOf, bindStatx } from './libc.js';

const statx = bindStatx();

/** The kernel fills in a `struct statx`: this thread's only one, since calls are synchronous. */
const found = new Uint32Array(64);
const foundAddress = addressOf(new Uint8Array(found.buffer));

/** The words of a `struct statx` that differ between two files, or two versions of one. */
const WORDS = {
  inode: [8, 9],
  size: [10, 11],
  changedAt: [24, 25, 26],
  modifiedAt: [28, 29, 30],
  device: [34, 35],
};
const COMPARED = Object.values(WORDS).flat();

export class FileStamp {
  readonly #path: string;
  readonly #words: Uint32Array;

  /** @param words as the kernel filled them in */
  private constructor(path: string, words: Uint32Array) {
    this.#path = path;
    this.#words = words;
  }

  /**
   * The stamp of an open file, which is to be found at `path`. Taken before the file is read, it
   * shows every later change, except for one within the same tick of the kernel's clock.
   * @returns undefined where files cannot be stamped: on another system than Linux
   */
  static of(fd: number, path: string): FileStamp | undefined {
    return statx?.ofDescriptor(fd, foundAddress) ? new FileStamp(path, found.slice()) : undefined;
  }

  /** False also if nothing is found at the path, or it cannot be asked. */
  isCurrent(): boolean {
    if (!statx?.ofPath(this.#path, foundAddress)) return false;
    for (let at = 0; at < COMPARED.length; at++) {
      const word = COMPARED[at] ?? 0;
      if (found[word] !== this.#words[word]) return false;
    }
    return true;
  }
}
