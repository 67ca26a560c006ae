/**
 * Bytes to requests: http-parser-js, made strict. The library is lenient where two readers of the
 * same bytes might disagree about the end of a request, which is how requests are smuggled past a
 * proxy. All its input but body bytes comes in lines. Two functions that all lines pass refuse what
 * it would accept:
 *
 *     bytes ──► consumeLine: line ends, lengths, chunk sizes ──► its states ──► parseHeader: form of a field
 *
 * Runs on whichever thread serves the client. fields.ts interprets the fields; read conversation.ts
 * next.
 */
import { HTTPParser } from 'http-parser-js';
import {
  checkBody,
  combined,
  conditionsOf,
  isKept,
  isHost,
  Refused,
  staysOpen,
  tooMuchBody,
  MAX_BODY_BYTES,
  trimmed,
} from './fields.js';
import { ONLY_READING, refusal, type Message, type Refusal } from './request.js';

/** Limit of the request line in bytes: a longer one has too long a target. */
const MAX_LINE_BYTES = 8192;
/** Limit of the request line, the fields and the trailers together, in bytes. */
const MAX_HEAD_BYTES = 16_384;
const MAX_FIELDS = 100;
/** V8 joins strings without copying them, and then keeps 32 bytes for each part. */
const MOST_PARTS = 64;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const CONTROL_IN_PART = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const CHUNK_SIZE = /^[0-9A-Fa-f]{1,8}(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const OTHER_VERSION = / HTTP\/[02-9]\.\d$/;

/** The library's members that its published types lack or describe less exactly. */
interface LineParser {
  /**
   * REQUEST_LINE, HEADER, BODY_SIZED, BODY_CHUNKHEAD, BODY_CHUNK, BODY_CHUNKEMPTYLINE or
   * BODY_CHUNKTRAILERS.
   */
  state: string;
  /** The beginning of a line whose end has not arrived. */
  line: string;
  chunk: Buffer;
  offset: number;
  end: number;
  execute(chunk: Buffer): number | Error;
}
interface Head {
  readonly versionMinor: number;
  /** Names and values alternate. */
  readonly headers: readonly string[];
  readonly method: number;
  readonly url: string;
}
// The published types declare neither the state nor the methods that use it: hence the cast and a
// pinned version.
const Base = HTTPParser as unknown as new (type: 'REQUEST') => LineParser;

export class RequestParser extends Base {
  #messages: Message[] = [];
  #request: Message | undefined;
  #headBytes = 0;
  #bodyBytes = 0;
  #fieldCount = 0;
  /** The parts of lines that have come in several chunks. */
  #parts = 0;
  /** Whether the lines of this head end in CRLF; undefined until the first one has ended. */
  #crlf: boolean | undefined;

  constructor() {
    super('REQUEST');
  }

  /**
   * Parses a chunk. Returns the requests that it completes, in order; after a refusal there are no
   * more. One chunk completes at most some thousands.
   */
  read(chunk: Buffer): readonly Message[] {
    try {
      const parsed = this.execute(chunk);
      if (parsed instanceof Error) throw parsed;
    } catch (error) {
      this.#messages.push(refusalFor(error));
    }
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  /** Whether a request has begun and not ended. */
  isWithin(): boolean {
    return this.state !== 'REQUEST_LINE' || this.line !== '';
  }

  /** Whether the next bytes belong to a request line or to fields. */
  isInHead(): boolean {
    return this.state === 'REQUEST_LINE' || this.state === 'HEADER';
  }

  /** Whether no byte has come since the last request ended, not even an empty line. */
  isFresh(): boolean {
    return this.#headBytes === 0 && !this.isWithin();
  }

  /**
   * Overrides the library's: returns the next line without its end; undefined until that has
   * arrived.
   * @throws Refused when the line is too long or malformed
   */
  consumeLine(): string | undefined {
    const { chunk, offset, end } = this;
    const newline = chunk.indexOf(NEWLINE, offset);
    if (newline === -1) {
      const part = chunk.toString('latin1', offset, end);
      this.line += part;
      if (++this.#parts % MOST_PARTS === 0) this.line = inOnePiece(this.line);
      this.offset = end;
      this.#count(end - offset);
      if (CONTROL_IN_PART.test(part)) throw new Refused(400, 'this is not HTTP');
      return undefined;
    }
    this.offset = newline + 1;
    this.#count(newline + 1 - offset);
    let crlf = newline > offset && chunk[newline - 1] === CARRIAGE_RETURN;
    let line = chunk.toString('latin1', offset, crlf ? newline - 1 : newline);
    if (this.line !== '') {
      line = this.line + line;
      this.line = '';
      // CR and LF may have come in different chunks.
      if (!crlf && newline === offset && line.endsWith('\r')) {
        crlf = true;
        line = line.slice(0, -1);
      }
    }
    this.#check(line, crlf);
    return line;
  }

  /**
   * Overrides the library's: checks a field of the head or of the trailers, and keeps it if it
   * matters.
   * @throws Refused when the field is malformed or is one too many
   */
  parseHeader(line: string, headers: string[]): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    // This also refuses a space before the colon, and a line that continues the previous one.
    if (!TOKEN.test(name)) throw new Refused(400, 'a line of the head is no field');
    if (CONTROL.test(line)) throw new Refused(400, 'a field has a control character');
    if (++this.#fieldCount > MAX_FIELDS) throw new Refused(431, `more than ${MAX_FIELDS} fields`);
    const key = name.toLowerCase();
    if (isKept(key)) headers.push(key, trimmed(line.slice(colon + 1)));
  }

  [HTTPParser.kOnHeadersComplete](head: Head): void {
    const fields = combined(head.headers);
    const host = fields.get('host');
    if (host === undefined ? head.versionMinor > 0 : !isHost(host)) {
      throw new Refused(400, 'one Host field is expected');
    }
    const method = HTTPParser.methods[head.method] ?? '';
    // The library reads no body of a tunnel: the start of the next request would be unknown.
    if (method === 'CONNECT') throw new Refused(405, ONLY_READING);
    const hasBody = checkBody(fields, head.versionMinor);
    const expect = head.versionMinor > 0 ? fields.get('expect') : undefined;
    if (expect !== undefined) {
      if (expect.toLowerCase() !== '100-continue')
        throw new Refused(417, 'only 100-continue may be expected');
      if (method !== 'GET' && method !== 'HEAD') throw new Refused(405, ONLY_READING);
      if (hasBody) this.#messages.push({ kind: 'expectation' });
    }
    this.#request = {
      kind: 'request',
      method,
      target: head.url,
      minorVersion: head.versionMinor,
      keepAlive: staysOpen(fields.get('connection'), head.versionMinor),
      fields: conditionsOf(fields),
    };
  }

  [HTTPParser.kOnBody](_bytes: Buffer, _offset: number, length: number): void {
    this.#countBody(length);
  }

  [HTTPParser.kOnMessageComplete](): void {
    if (this.#request) this.#messages.push(this.#request);
    this.#request = undefined;
    this.#headBytes = this.#bodyBytes = this.#fieldCount = 0;
    this.#crlf = undefined;
  }

  /** Counts bytes of a line, which may be incomplete. */
  #count(bytes: number): void {
    if (this.state === 'BODY_CHUNKHEAD' || this.state === 'BODY_CHUNKEMPTYLINE') {
      this.#countBody(bytes);
      if (this.line.length > MAX_LINE_BYTES)
        throw new Refused(400, 'too long a line between chunks');
      return;
    }
    this.#headBytes += bytes;
    if (this.state === 'REQUEST_LINE' && this.#headBytes > MAX_LINE_BYTES) {
      throw new Refused(414, `the request line is longer than ${MAX_LINE_BYTES} bytes`);
    }
    if (this.#headBytes > MAX_HEAD_BYTES) {
      throw new Refused(431, `the head is longer than ${MAX_HEAD_BYTES} bytes`);
    }
  }

  #countBody(bytes: number): void {
    this.#bodyBytes += bytes;
    if (this.#bodyBytes > MAX_BODY_BYTES) throw tooMuchBody();
  }

  /**
   * Checks the end of a line, which is CRLF. A head typed by hand may have bare newlines, but no
   * mixture: a proxy might read two lines of that as one.
   */
  #check(line: string, crlf: boolean): void {
    const { state } = this;
    if (state === 'REQUEST_LINE' || state === 'HEADER') {
      // Empty lines before a request are ignored.
      if (line === '' && state === 'REQUEST_LINE') return;
      this.#crlf ??= crlf;
      if (state === 'REQUEST_LINE' && OTHER_VERSION.test(line)) {
        throw new Refused(505, 'HTTP/1.0 and HTTP/1.1 are spoken here');
      }
      if (crlf !== this.#crlf) throw new Refused(400, 'some lines end in CRLF and some do not');
      return;
    }
    if (!crlf) throw new Refused(400, 'a line of a chunked body must end in CRLF');
    if (state === 'BODY_CHUNKHEAD' && !CHUNK_SIZE.test(line))
      throw new Refused(400, 'no size of a chunk');
  }
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof Error)) throw error;
  if (error.message === 'invalid request method') return refusal(501, 'there is no such method');
  return refusal(400, 'this is not HTTP');
}

/** The same text, which V8 does not keep as a tree of its parts. */
function inOnePiece(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('latin1');
}
