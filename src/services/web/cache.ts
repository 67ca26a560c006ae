/**
 * Small files that a thread has read recently. A hit costs one stat of the requested path. While
 * that leads to the same unchanged file, its bytes and the checks on the way to it remain valid.
 * Each thread has one cache, which is bounded.
 *
 * The cache is written by hand: loading a library for it took 5 ms and 0.5 MB in each thread.
 */
import type { Stats } from 'node:fs';
import type { FileStamp } from '../../base/file-stamp.js';
import { FileVersion } from './file.js';
import type { Request } from './request.js';
import type { FoundFile } from './resolve.js';
import { presentSecond } from './response.js';

/** Larger files are read again for each request. */
export const MAX_CACHED_FILE_BYTES = 65_536;
/**
 * Bound of one cache in bytes; the prepared answers double it. There may be hundreds of threads.
 */
const MAX_BYTES = 512 * 1024;
/** The cost of an entry beside its file, which also bounds the number of entries. */
const ENTRY_BYTES = 1024;

/**
 * The kernel's file times advance in ticks of up to 10 ms. A file that has just changed may change
 * again with the same times, so it is not cached.
 */
const TICK_MS = 50;

export class CachedFile {
  readonly version: FileVersion;
  readonly body: Buffer;
  readonly stamp: FileStamp | undefined;
  /** Head and body for a plain GET. Made again when the second of its Date has passed. */
  #answer: Buffer | undefined;
  #answerSecond = -1;

  constructor({ path, stats, stamp }: FoundFile, body: Buffer) {
    this.version = new FileVersion(path, stats);
    this.body = body;
    this.stamp = stamp;
  }

  /**
   * The answer to a GET over HTTP/1.1 that has no conditions and keeps its connection. The returned
   * bytes are never changed.
   */
  plainAnswer(request: Request): Buffer {
    return this.preparedAnswer() ?? this.#prepare(request);
  }

  /** The plain answer, if it has been prepared in this second. */
  preparedAnswer(): Buffer | undefined {
    return this.#answerSecond === presentSecond() ? this.#answer : undefined;
  }

  #prepare(request: Request): Buffer {
    const head = Buffer.from(this.version.wholeHead(request), 'latin1');
    this.#answerSecond = presentSecond();
    this.#answer = Buffer.concat([head, this.body]);
    return this.#answer;
  }
}

export class FileCache {
  /** By the target without its query; the oldest entry first. */
  readonly #files = new Map<string, CachedFile>();
  #bytes = 0;

  /** The file, if it is cached and has not changed. */
  find(target: string): CachedFile | undefined {
    const file = this.#files.get(target);
    if (file === undefined || file.stamp?.isCurrent()) return file;
    this.#drop(target, file);
    return undefined;
  }

  /**
   * Caches a file, unless it has no stamp or changed just before it was read.
   * @param readAtMs when the file was opened, before it was read; milliseconds since 1970
   */
  keep(target: string, file: CachedFile, { mtimeMs, ctimeMs }: Stats, readAtMs: number): void {
    if (!file.stamp || Math.max(mtimeMs, ctimeMs) + TICK_MS > readAtMs) return;
    const before = this.#files.get(target);
    if (before) this.#drop(target, before);
    this.#files.set(target, file);
    this.#bytes += costOf(target, file);
    for (const [oldest, old] of this.#files) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#drop(oldest, old);
    }
  }

  #drop(target: string, file: CachedFile): void {
    this.#files.delete(target);
    this.#bytes -= costOf(target, file);
  }
}

function costOf(target: string, { body }: CachedFile): number {
  return target.length + body.length + ENTRY_BYTES;
}
