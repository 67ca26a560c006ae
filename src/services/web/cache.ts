/**
 * Small files that one thread has read lately. Every request that finds its file here costs one stat of the path that
 * was asked for: as long as that leads to the same file, unchanged, the bytes are still right, and so is what was
 * found out about the way to it. One cache a thread, bounded.
 */
import { statSync, type Stats } from 'node:fs';
import { FileVersion } from './file.js';
import type { Request } from './request.js';
import { presentSecond } from './response.js';

/** Larger files are read anew each time. */
export const MAX_CACHED_FILE_BYTES = 65_536;
/** With the answers made from them, twice that; there may be hundreds of threads. */
const MAX_BYTES = 512 * 1024;
/** Counted for each entry beside its file, so that there are not too many of them either. */
const ENTRY_BYTES = 1024;

/**
 * The kernel's file times advance in ticks of up to 10 ms: what was changed so lately may change again without any sign
 * of it, and is not kept.
 */
const TICK_MS = 50;

const MISSING_IS_NO_ERROR = { throwIfNoEntry: false } as const;

export class CachedFile {
  readonly version: FileVersion;
  readonly body: Buffer;
  readonly #path: string;
  readonly #stats: Stats;
  /** Head and body for a plain GET, made anew when the second in its Date is over. */
  #answer: Buffer | undefined;
  #answerSecond = -1;

  constructor(path: string, stats: Stats, body: Buffer) {
    this.version = new FileVersion(path, stats);
    this.body = body;
    this.#path = path;
    this.#stats = stats;
  }

  get isCurrent(): boolean {
    const known = this.#stats;
    const stats = statSync(this.#path, MISSING_IS_NO_ERROR);
    return (
      stats !== undefined &&
      stats.ino === known.ino &&
      stats.mtimeMs === known.mtimeMs &&
      stats.ctimeMs === known.ctimeMs &&
      stats.size === known.size &&
      stats.dev === known.dev
    );
  }

  /** The answer to a GET over HTTP/1.1 without conditions that keeps its connection. Bytes once given stay as they are. */
  plainAnswer(request: Request): Buffer {
    const second = presentSecond();
    if (this.#answer === undefined || second !== this.#answerSecond) {
      this.#answer = Buffer.concat([Buffer.from(this.version.wholeHead(request), 'latin1'), this.body]);
      this.#answerSecond = second;
    }
    return this.#answer;
  }
}

export class FileCache {
  /** By the target without its query; the oldest entry first. */
  readonly #files = new Map<string, CachedFile>();
  #bytes = 0;

  /** The file as it is now, if it is here. */
  find(target: string): CachedFile | undefined {
    const file = this.#files.get(target);
    if (file === undefined || isCurrent(file)) return file;
    this.#drop(target, file);
    return undefined;
  }

  /** @param readAtMs when it was opened, before it was read */
  keep(target: string, file: CachedFile, { mtimeMs, ctimeMs }: Stats, readAtMs: number): void {
    if (Math.max(mtimeMs, ctimeMs) + TICK_MS > readAtMs) return;
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

/** A path that cannot be looked at any more is an error for whoever looks next. */
function isCurrent(file: CachedFile): boolean {
  try {
    return file.isCurrent;
  } catch {
    return false;
  }
}

function costOf(target: string, { body }: CachedFile): number {
  return target.length + body.length + ENTRY_BYTES;
}
