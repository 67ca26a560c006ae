/**
 * The body of an HTTP answer. Its end is given by a length, by chunks, or by the end of the
 * connection; a body that ends in another way is incomplete. Pure. Read fetch.ts next.
 */
import { BadResponse, valuesOf, type Head } from './head.js';
import { quoted } from '../../base/printable.js';

interface Body {
  readonly totalBytes: number | undefined;
  /**
   * Returns the parts of the body in these bytes.
   * @throws BadResponse for a malformed chunk
   */
  take(received: Buffer): Buffer[];
  /** True after the last byte of the body. */
  readonly isComplete: boolean;
  /** Whether the body is complete if the connection ends now. */
  readonly mayEnd: boolean;
}

/**
 * Chooses the body's kind from the headers.
 * @throws BadResponse if the headers give no usable end of the body, or two different ones
 */
export function bodyAfter(head: Head): Body {
  if (head.status === 204 || head.status === 304) return new SizedBody(0);
  const codings = valuesOf(head, 'transfer-encoding').join(', ');
  if (codings.toLowerCase() === 'chunked') return new ChunkedBody();
  if (codings !== '') throw new BadResponse(`unknown transfer coding ${quoted(codings)}`);
  const lengths = new Set(valuesOf(head, 'content-length'));
  const [length, other] = lengths;
  if (length === undefined) return new BodyUntilClose();
  if (other !== undefined || !/^\d+$/.test(length) || !Number.isSafeInteger(Number(length))) {
    throw new BadResponse(`unusable Content-Length ${quoted([...lengths].join(', '))}`);
  }
  return new SizedBody(Number(length));
}

class SizedBody implements Body {
  readonly totalBytes: number;
  #left: number;

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes;
    this.#left = totalBytes;
  }

  get isComplete() {
    return this.#left === 0;
  }

  get mayEnd() {
    return this.isComplete;
  }

  take(received: Buffer): Buffer[] {
    const part = received.subarray(0, this.#left);
    this.#left -= part.length;
    return part.length === 0 ? [] : [part];
  }
}

class BodyUntilClose implements Body {
  readonly totalBytes = undefined;
  readonly isComplete = false;
  readonly mayEnd = true;

  take(received: Buffer): Buffer[] {
    return received.length === 0 ? [] : [received];
  }
}

/** The parser skips the extensions of a size line, and the trailers after the last chunk. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 100;
/** A number holds up to 12 hexadecimal digits exactly. */
const SIZE_LINE = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i;

class ChunkedBody implements Body {
  readonly totalBytes = undefined;
  #expected: 'size' | 'data' | 'end of data' | 'trailer' | 'nothing' = 'size';
  #line = '';
  #left = 0;
  #trailers = 0;

  get isComplete() {
    return this.#expected === 'nothing';
  }

  get mayEnd() {
    return this.isComplete;
  }

  take(received: Buffer): Buffer[] {
    const parts: Buffer[] = [];
    let rest = received;
    while (rest.length > 0 && !this.isComplete) {
      if (this.#expected === 'data') {
        const part = rest.subarray(0, this.#left);
        parts.push(part);
        rest = rest.subarray(part.length);
        this.#left -= part.length;
        if (this.#left === 0) this.#expected = 'end of data';
      } else {
        const end = rest.indexOf('\n');
        this.#line += rest.toString('latin1', 0, end === -1 ? rest.length : end);
        if (this.#line.length > MAX_LINE_BYTES)
          throw new BadResponse('an endless line between two chunks');
        rest = end === -1 ? rest.subarray(rest.length) : rest.subarray(end + 1);
        if (end !== -1) this.#takeLine();
      }
    }
    return parts;
  }

  #takeLine(): void {
    const line = this.#line.replace(/\r$/, '');
    this.#line = '';
    if (this.#expected === 'size') {
      const size = SIZE_LINE.exec(line)?.[1];
      if (size === undefined) throw new BadResponse(`${quoted(line)} is not a chunk size`);
      this.#left = Number.parseInt(size, 16);
      this.#expected = this.#left === 0 ? 'trailer' : 'data';
    } else if (this.#expected === 'end of data') {
      if (line !== '') throw new BadResponse('a chunk is longer than its size line says');
      this.#expected = 'size';
    } else if (line === '') this.#expected = 'nothing';
    else if (++this.#trailers > MAX_TRAILERS)
      throw new BadResponse(`more than ${MAX_TRAILERS} trailers`);
  }
}
