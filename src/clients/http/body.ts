/**
 * The body of an HTTP answer, by one of the three ways to know where it ends: a length, chunks, or the end of the
 * connection. A body counts as complete only if it has ended as it said it would. Read fetch.ts next.
 */
import { BadResponse, valuesOf, type Head } from './head.js';
import { quoted } from '../../base/printable.js';

interface Body {
  readonly totalBytes: number | undefined;
  /** The parts of the body in what was received. */
  take(received: Buffer): Buffer[];
  /** Nothing more belongs to it. */
  readonly isComplete: boolean;
  /** Whether it is complete if the connection ends now. */
  readonly mayEnd: boolean;
}

/** @throws BadResponse when the headers do not tell where the body ends, or tell it twice */
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

/** A chunk's size line may carry extensions, and trailers may follow the last chunk; none of them is of use here. */
const MAX_LINE_BYTES = 4096;
const MAX_TRAILERS = 100;
/** Up to 12 digits a size is exact as a number. */
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
        if (this.#line.length > MAX_LINE_BYTES) throw new BadResponse('an endless line between two chunks');
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
      if (size === undefined) throw new BadResponse(`${quoted(line)} is no chunk size`);
      this.#left = Number.parseInt(size, 16);
      this.#expected = this.#left === 0 ? 'trailer' : 'data';
    } else if (this.#expected === 'end of data') {
      if (line !== '') throw new BadResponse('a chunk is longer than it said');
      this.#expected = 'size';
    } else if (line === '') this.#expected = 'nothing';
    else if (++this.#trailers > MAX_TRAILERS) throw new BadResponse(`more than ${MAX_TRAILERS} trailers`);
  }
}
