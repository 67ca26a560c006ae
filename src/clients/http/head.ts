/**
 * The head of an HTTP answer: parses status line and headers from chunks of any size. Main thread
 * of the client. Read body.ts next.
 *
 * http-parser-js parses only the head. In a body it would take a chunk size of `zz` for the last
 * chunk, and so an incomplete body for a complete one.
 */
import { isUtf8 } from 'node:buffer';
import { HTTPParser } from 'http-parser-js';
import { quoted } from '../../base/printable.js';

export interface Head {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The server's answer is not HTTP, or not reliable. */
export class BadResponse extends Error {
  override readonly name = 'BadResponse';
}

const MAX_HEAD_BYTES = 64 * 1024;
const SWITCHING_PROTOCOLS = 101;

export class HeadReader {
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  #begin = '';
  #bytes = 0;
  #head: Head | undefined;

  constructor() {
    // read() checks the bound itself, to the byte.
    this.#parser.maxHeaderSize = Infinity;
    this.#parser[HTTPParser.kOnHeadersComplete] = (info) => {
      this.#head = {
        version: `${info.versionMajor}.${info.versionMinor}`,
        status: info.statusCode,
        reason: decoded(info.statusMessage),
        headers: pairs(info.headers),
      };
      return SKIP_AND_PAUSE;
    };
  }

  /**
   * @returns the head and what came after it, or undefined while it is not complete
   * @throws BadResponse
   */
  read(chunk: Buffer): { head: Head; rest: Buffer } | undefined {
    if (this.#begin.length < BEGIN_BYTES) this.#begin += chunk.toString('latin1', 0, BEGIN_BYTES);
    let rest = chunk;
    for (;;) {
      const used = executeLatin1(this.#parser, rest);
      if (typeof used !== 'number')
        throw new BadResponse(`the answer is not HTTP: ${quoted(this.#begin)}`);
      this.#bytes += used;
      if (this.#bytes > MAX_HEAD_BYTES)
        throw new BadResponse(`headers over ${MAX_HEAD_BYTES} bytes`);
      rest = rest.subarray(used);
      const head = this.#head;
      this.#head = undefined;
      if (head === undefined) return undefined;
      if (!head.version.startsWith('1.'))
        throw new BadResponse(`the server answers in HTTP/${head.version} instead of HTTP/1`);
      // Anything else below 200 announces that the answer is still to come.
      if (head.status >= 200 || head.status === SWITCHING_PROTOCOLS) return { head, rest };
      if (rest.length === 0) return undefined;
    }
  }
}

/**
 * Parses a chunk as Latin-1. The library's default is ASCII, which drops the high bit of each byte.
 * The encoding is global to the process, so it is restored before another parser can run.
 */
function executeLatin1(parser: InstanceType<typeof HTTPParser>, chunk: Buffer): number | Error {
  const { encoding } = HTTPParser;
  HTTPParser.encoding = 'latin1';
  try {
    return parser.execute(chunk);
  } finally {
    HTTPParser.encoding = encoding;
  }
}

/** Tells http-parser-js to skip the body, to start anew, and to leave the rest of the chunk. */
const SKIP_AND_PAUSE = 2;
const BEGIN_BYTES = 40;

/**
 * Returns all values of a header.
 * @param name in lower case
 */
export function valuesOf({ headers }: Head, name: string): string[] {
  return headers.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value);
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    decoded(flat[2 * index + 1] ?? ''),
  ]);
}

/** The standard says Latin-1, but servers with other characters send UTF-8. */
function decoded(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : latin1;
}
