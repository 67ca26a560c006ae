/**
 * Bytes to lines. LF, CR LF, CR and CR NUL end a line; NUL bytes at its beginning and its end are
 * padding, which C programs send that send a whole buffer. Pure; used on every thread. lines.ts
 * uses it.
 *
 * It cuts bytes before it decodes them, so a character that is cut between two chunks is complete
 * in its line.
 */
import type { Typing } from './network-terminal.js';

export const MAX_LINE_BYTES = 4096;

const NUL = 0x00;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Behind every byte. A small integer, unlike Infinity, is stored without a box. */
const NOWHERE = 2 ** 30 - 1;

const NOTHING = Buffer.alloc(0);
const LEAST_MEMORY_BYTES = 64;

export const TOO_LONG = Symbol('a message over the limit');

/** A message, TOO_LONG, or undefined if none is complete. */
export type Found = string | typeof TOO_LONG | undefined;

export class LineSplitter implements Typing {
  /**
   * What is not cut yet, from #start on. During a chunk this may be the caller's own buffer; only
   * the rest that remains behind is copied, into memory of its own.
   */
  #bytes: Buffer = NOTHING;
  #start = 0;
  /** The memory of an incomplete line, to which later chunks are added. */
  #memory: Buffer = NOTHING;
  #isInMemory = false;
  /** No line end is before it. */
  #searched = 0;
  /** Where the next LF and CR are; NOWHERE if there is none, -1 if unknown. */
  #newline = -1;
  #return = -1;
  /** The first bytes may belong to the end of the last line: its LF, or all of it. */
  #skipsNewline = false;
  #skipsReturn = false;

  /** Whether no byte is left. */
  get isEmpty(): boolean {
    return this.#start === this.#bytes.length;
  }

  push(chunk: Buffer): void {
    if (this.isEmpty) {
      this.#bytes = chunk;
      this.#start = this.#searched = 0;
      this.#isInMemory = false;
    } else {
      const length = this.#bytes.length - this.#start;
      const total = length + chunk.length;
      if (!this.#isInMemory || this.#start > 0 || total > this.#memory.length)
        this.#remember(Math.max(total, 2 * length));
      this.#memory.set(chunk, length);
      this.#bytes = this.#memory.subarray(0, total);
    }
    this.#newline = this.#return = -1;
  }

  /**
   * The next line without its end. If none is complete, the caller may reuse the chunk. An
   * incomplete line is TOO_LONG as soon as it is over the limit.
   */
  next(): Found {
    this.#skipPadding();
    const end = this.#findEnd();
    if (end === NOWHERE) {
      if (this.#bytes.length - this.#start > MAX_LINE_BYTES) return TOO_LONG;
      this.#keepRest();
      return undefined;
    }
    const isLong = this.#lengthTo(end) > MAX_LINE_BYTES;
    const line = isLong ? TOO_LONG : this.#textTo(end);
    this.#skipsNewline = this.#bytes[end] === CARRIAGE_RETURN;
    this.#start = end + 1;
    return line;
  }

  /** The line that has not ended, as a whole one; undefined if there is none. */
  takeRest(): string | undefined {
    const end = this.#bytes.length;
    const rest = this.isEmpty ? undefined : this.#textTo(end);
    this.#start = end;
    this.#keepRest();
    // A client may send the end as a chunk of its own.
    this.#skipsReturn = this.#skipsNewline = true;
    return rest;
  }

  eraseCharacter(): void {
    let end = this.#bytes.length;
    if (end === this.#start || isLineEnd(this.#bytes[end - 1])) return;
    do end--;
    while (end > this.#start && isContinuation(this.#bytes[end]));
    this.#cut(end);
  }

  eraseLine(): void {
    let end = this.#bytes.length;
    while (end > this.#start && !isLineEnd(this.#bytes[end - 1])) end--;
    this.#cut(end);
  }

  #cut(end: number): void {
    this.#bytes = this.#bytes.subarray(0, end);
    this.#searched = Math.min(this.#searched, end);
  }

  #skipPadding(): void {
    if (this.isEmpty) return;
    if (this.#skipsReturn) {
      this.#skipsReturn = false;
      if (this.#bytes[this.#start] === CARRIAGE_RETURN) {
        this.#start++;
        this.#skipPadding();
        return;
      }
    }
    if (this.#skipsNewline && this.#bytes[this.#start] === NEWLINE) this.#start++;
    this.#skipsNewline = false;
    while (this.#bytes[this.#start] === NUL) this.#start++;
  }

  /** Each byte is searched once for each kind of end, however the kinds are mixed. */
  #findEnd(): number {
    const from = Math.max(this.#start, this.#searched);
    if (this.#newline < from) this.#newline = this.#find(NEWLINE, from);
    if (this.#return < from) this.#return = this.#find(CARRIAGE_RETURN, from);
    const end = Math.min(this.#newline, this.#return);
    if (end === NOWHERE) this.#searched = this.#bytes.length;
    return end;
  }

  #find(byte: number, from: number): number {
    const at = this.#bytes.indexOf(byte, from);
    return at === -1 ? NOWHERE : at;
  }

  #textTo(end: number): string {
    return this.#bytes.toString('utf8', this.#start, this.#start + this.#lengthTo(end));
  }

  /** Without padding. */
  #lengthTo(end: number): number {
    let last = end;
    while (last > this.#start && this.#bytes[last - 1] === NUL) last--;
    return last - this.#start;
  }

  #keepRest(): void {
    if (this.isEmpty) {
      this.#bytes = this.#memory = NOTHING;
      this.#start = this.#searched = 0;
      this.#isInMemory = false;
    } else if (!this.#isInMemory || this.#start > 0) {
      this.#remember(this.#bytes.length - this.#start);
    }
  }

  /** Moves what is left to new memory: not of a slab, all of which the rest of a line would keep. */
  #remember(capacity: number): void {
    const memory = Buffer.allocUnsafeSlow(Math.max(capacity, LEAST_MEMORY_BYTES));
    const length = this.#bytes.copy(memory, 0, this.#start);
    this.#searched = Math.max(0, this.#searched - this.#start);
    this.#memory = memory;
    this.#bytes = memory.subarray(0, length);
    this.#start = 0;
    this.#isInMemory = true;
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === CARRIAGE_RETURN;
}

/** Whether it is a later byte of a character in UTF-8. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
