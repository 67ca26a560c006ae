/**
 * Where one thread writes its log: synchronous, appending, and never failing. log.ts opens one for
 * each thread that logs; share.ts counts what all of them lose.
 *
 * - A full disk: up to 1 MB is kept and written with a later line; lines beyond that are lost.
 * - A reader of a pipe that stalls: by default the write blocks; with `drop` the lines are lost.
 * - A reader that has gone: the destination closes, and further lines are lost.
 */
import { createRequire } from 'node:module';
import { descriptorStatsOf } from '../base/stats.js';
import { openOutput, type FullPolicy } from './open-output.js';
import type { LogShare } from './share.js';

const require = createRequire(import.meta.url);
// Called as properties: a test replaces writeSync.
const fs = require('node:fs') as typeof import('node:fs');

/** If the log cannot be written, each thread keeps so many bytes for later. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** How long a write waits before it tries a full pipe again that was made non-blocking. */
const RETRY_MS = 10;
const NEWLINE = 0x0a;
const neverWoken = new Int32Array(new SharedArrayBuffer(4));

export class Destination {
  readonly #file: string | undefined;
  readonly #policy: FullPolicy;
  readonly #share: LogShare;
  readonly #onFailure: (error: Error) => void;
  #fd: number | undefined;
  #generation: number;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** A part of the first kept piece has been written. */
  #isMidLine = false;
  #isProbing = false;

  /** @throws the error of open(2) */
  constructor(
    file: string | undefined,
    policy: FullPolicy,
    share: LogShare,
    onFailure: (error: Error) => void,
  ) {
    this.#file = file;
    this.#policy = policy;
    this.#share = share;
    this.#onFailure = onFailure;
    this.#generation = share.generation;
    this.#fd = openOutput(file, policy);
  }

  /** @param text whole lines */
  write(text: string): void {
    if (this.#generation !== this.#share.generation) this.#reopen();
    const bytes = Buffer.from(text);
    if (!this.flush()) this.#keep(bytes);
    else this.#put(bytes);
  }

  /** Writes what is kept. Returns whether nothing is kept now. */
  flush(): boolean {
    if (this.#kept.length === 0) return this.#fd !== undefined;
    const pieces = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    for (const [index, piece] of pieces.entries()) {
      if (this.#put(piece)) continue;
      for (const rest of pieces.slice(index + 1)) this.#keep(rest);
      return false;
    }
    return true;
  }

  /**
   * Writes lines that are not worth counting as lost. Returns whether they were written.
   * @param write calls {@link write}
   */
  probe(write: () => void): boolean {
    if (!this.flush()) return false;
    this.#isProbing = true;
    try {
      write();
      return this.#isProbing;
    } finally {
      this.#isProbing = false;
    }
  }

  /** Writes the piece, and keeps or loses what cannot be written. */
  #put(bytes: Buffer): boolean {
    let written = 0;
    while (written < bytes.length) {
      try {
        if (this.#fd === undefined) throw new Error('the log is closed');
        written += fs.writeSync(this.#fd, bytes, written);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN' && this.#policy === 'block') {
          Atomics.wait(neverWoken, 0, 0, RETRY_MS);
          continue;
        }
        if (code === 'EPIPE') this.#fd = undefined;
        written -= this.#takeBack(bytes, written);
        if (written > 0) this.#isMidLine = bytes[written - 1] !== NEWLINE;
        this.#failed(bytes.subarray(written), error as NodeJS.ErrnoException);
        return false;
      }
    }
    this.#isMidLine = false;
    return true;
  }

  /**
   * Cuts the beginning of a line off the file, so that another thread's line cannot follow it.
   * Returns its bytes.
   */
  #takeBack(bytes: Buffer, written: number): number {
    const begun = written - (bytes.subarray(0, written).lastIndexOf(NEWLINE) + 1);
    if (begun === 0 || this.#fd === undefined || !this.#isPlainFile) return 0;
    try {
      // No other thread has appended since: the disk is full.
      fs.ftruncateSync(this.#fd, fs.fstatSync(this.#fd).size - begun);
      return begun;
    } catch {
      return 0;
    }
  }

  #failed(rest: Buffer, error: NodeJS.ErrnoException): void {
    const isStalled = error.code === 'EAGAIN';
    // The end of a line whose beginning is written must come next.
    if (this.#isMidLine && this.#kept.length === 0 && this.#fd !== undefined) this.#push(rest);
    else if (isStalled) this.#lose(rest);
    else this.#keep(rest);
    if (!isStalled && this.#fd !== undefined && !this.#isProbing) this.#onFailure(error);
  }

  #keep(bytes: Buffer): void {
    const isFull = this.#keptBytes + bytes.length > MAX_KEPT_BYTES;
    if (isFull || this.#fd === undefined || this.#isProbing || this.#policyDrops) this.#lose(bytes);
    else this.#push(bytes);
  }

  /** Behind the rest of a line that a stalled reader has not taken, lines are lost, too. */
  get #policyDrops(): boolean {
    return this.#policy === 'drop' && !this.#isPlainFile;
  }

  get #isPlainFile(): boolean {
    return this.#fd !== undefined && descriptorStatsOf(this.#fd).isFile();
  }

  #push(bytes: Buffer): void {
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
  }

  #lose(bytes: Buffer): void {
    if (this.#isProbing) this.#isProbing = false;
    else this.#share.lose(linesIn(bytes));
  }

  /** Goes on in the file that has the path now. The old one is used further if that fails. */
  #reopen(): void {
    this.#generation = this.#share.generation;
    if (this.#file === undefined) return;
    this.flush();
    let fd: number;
    try {
      fd = openOutput(this.#file, this.#policy);
    } catch (error) {
      this.#onFailure(error as Error);
      return;
    }
    // The new file cannot begin with the end of a line.
    if (this.#isMidLine) {
      const [rest, ...others] = this.#kept;
      if (rest) this.#cutFirst(rest, others);
    }
    this.#isMidLine = false;
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = fd;
  }

  #cutFirst(rest: Buffer, others: Buffer[]): void {
    const next = rest.indexOf(NEWLINE) + 1;
    this.#lose(rest.subarray(0, next));
    this.#kept = next < rest.length ? [rest.subarray(next), ...others] : others;
    this.#keptBytes -= next;
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
