/**
 * A version of a file as HTTP describes it, and the answers with all of it, a part of it, or
 * nothing of it.
 */
import { extname } from 'node:path';
import type { Stats } from 'node:fs';
import { lookup } from 'mrmime';
import {
  checkConditions,
  rangeOf,
  validatorsOf,
  type ByteRange,
  type Validators,
} from './conditions.js';
import { refusal, type Request } from './request.js';
import { headOf, httpDate, refusalAnswer } from './response.js';

/** The head of an answer, and the bytes of the file that follow it. */
export interface FilePlan {
  readonly head: Buffer;
  readonly range: ByteRange;
}

const NOTHING: ByteRange = { start: 0, end: 0 };

export class FileVersion {
  readonly size: number;
  readonly #type: string;
  readonly #validators: Validators;

  constructor(path: string, stats: Stats) {
    this.size = stats.size;
    this.#type = typeOf(path);
    this.#validators = validatorsOf(stats);
  }

  plan(request: Request): FilePlan {
    const { fields = {} } = request;
    const { size } = this;
    const status = checkConditions(fields, this.#validators);
    if (status === 304) return planOf(headOf(304, this.#fields, request));
    if (status === 412) {
      return {
        head: refusalAnswer(refusal(412, 'the file is another by now'), request),
        range: NOTHING,
      };
    }
    const isGet = request.method === 'GET';
    const range = isGet ? rangeOf(fields, size, this.#validators) : undefined;
    if (range === 'none') {
      const why = refusal(416, `the file has ${size} bytes`);
      return {
        head: refusalAnswer(why, request, `Content-Range: bytes */${size}\r\n`),
        range: NOTHING,
      };
    }
    if (range === undefined)
      return planOf(this.wholeHead(request), isGet ? { start: 0, end: size } : NOTHING);
    const { start, end } = range;
    const what = `Content-Range: bytes ${start}-${end - 1}/${size}\r\n`;
    return planOf(headOf(206, this.#contentFields(end - start) + what, request), range);
  }

  /** The head of an answer with the whole file. */
  wholeHead(asker: Request): string {
    return headOf(200, this.#contentFields(this.size), asker);
  }

  #contentFields(length: number): string {
    return `Content-Type: ${this.#type}\r\nContent-Length: ${length}\r\nAccept-Ranges: bytes\r\n${this.#fields}`;
  }

  get #fields(): string {
    const { etag, modifiedMs } = this.#validators;
    return `Last-Modified: ${httpDate(modifiedMs)}\r\nETag: ${etag}\r\n`;
  }
}

function planOf(head: string, range = NOTHING): FilePlan {
  return { head: Buffer.from(head, 'latin1'), range };
}

/** Source files, which the library takes for something else, or does not know. */
const SOURCES =
  'bas bat c cc cpp cs cts cxx f90 go h hpp hs java jl kt lua m mts php pl ps1 py r rb rs scala sh sql swift tcl tex ts tsx';
const TYPES: ReadonlyMap<string, string> = new Map([
  ...SOURCES.split(' ').map((extension) => [extension, 'text/plain'] as const),
  ['ico', 'image/x-icon'],
]);

/** The content type. Text is taken for UTF-8. A browser does not show a file of unknown type. */
function typeOf(path: string): string {
  const extension = extname(path).slice(1).toLowerCase();
  const type = TYPES.get(extension) ?? (lookup(extension) || 'application/octet-stream');
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
