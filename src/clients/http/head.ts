/**
 * The head of an HTTP answer: status line and headers, from chunks that cut them anywhere. Read body.ts next.
 *
 * http-parser-js parses it and is not asked for more: its bodies take a chunk size of `zz` for the last chunk, and so
 * a broken-off body for a whole one.
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

/** What the server sent is no HTTP, or none that can be relied on. */
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
    // The bound is kept here, to the byte.
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
      if (typeof used !== 'number') throw new BadResponse(`the answer is not HTTP: ${quoted(this.#begin)}`);
      this.#bytes += used;
      if (this.#bytes > MAX_HEAD_BYTES) throw new BadResponse(`headers over ${MAX_HEAD_BYTES} bytes`);
      rest = rest.subarray(used);
      const head = this.#head;
      this.#head = undefined;
      if (head === undefined) return undefined;
      if (!head.version.startsWith('1.')) throw new BadResponse(`HTTP/${head.version} was not asked for`);
      // Anything else below 200 announces that the answer is still to come.
      if (head.status >= 200 || head.status === SWITCHING_PROTOCOLS) return { head, rest };
      if (rest.length === 0) return undefined;
    }
  }
}

/**
 * Parses a chunk as Latin-1. The library's own encoding is ASCII, which takes a bit of every other byte, and is one for
 * all parsers in the process: the others get it back before any of them can run.
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

/** To http-parser-js: there is no body, begin anew, and leave the rest of the chunk alone. */
const SKIP_AND_PAUSE = 2;
const BEGIN_BYTES = 40;

/** All values of a header, whatever the case of its name. */
export function valuesOf({ headers }: Head, name: string): string[] {
  return headers.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value);
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [
    flat[2 * index] ?? '',
    decoded(flat[2 * index + 1] ?? ''),
  ]);
}

/** Headers are Latin-1, says the standard; whoever has more to say writes UTF-8. */
function decoded(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : latin1;
}
