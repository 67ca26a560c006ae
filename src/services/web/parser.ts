/**
 * Bytes to requests: http-parser-js, made strict. The library is lenient where two readers of the same bytes might
 * disagree on where a request ends, which is how requests are smuggled past a proxy. All that it reads comes in lines
 * (but for the body's bytes), so what it lets pass is refused in the two functions through which lines go:
 *
 *     bytes ──► consumeLine: line ends, lengths, chunk sizes ──► its states ──► parseHeader: form of a field
 *
 * Runs on whichever thread serves the client. fields.ts judges what the
 * fields say; read conversation.ts next.
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
  withoutBlanks,
} from './fields.js';
import { ONLY_READING, refusal, type Message, type Refusal } from './request.js';

/** A request line longer than this has too long a target. */
const MAX_LINE_BYTES = 8192;
/** Request line, fields and trailers together. */
const MAX_HEAD_BYTES = 16_384;
const MAX_FIELDS = 100;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const CONTROL_IN_PART = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const CHUNK_SIZE = /^[0-9A-Fa-f]{1,8}(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const OTHER_VERSION = / HTTP\/[02-9]\.\d$/;

/** What is used of the library beside, or more exactly than, its published types. */
interface LineParser {
  /** REQUEST_LINE, HEADER, BODY_SIZED, BODY_CHUNKHEAD, BODY_CHUNK, BODY_CHUNKEMPTYLINE or BODY_CHUNKTRAILERS. */
  state: string;
  /** What has come of a line whose end has not. */
  line: string;
  chunk: Buffer;
  offset: number;
  end: number;
  execute(chunk: Buffer): number | Error;
}
interface Head {
  readonly versionMinor: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly method: number;
  readonly url: string;
}
// The published types hide that the state lies open, and every method with it: hence the cast, and a pinned library.
const Base = HTTPParser as unknown as new (type: 'REQUEST') => LineParser;

export class RequestParser extends Base {
  #messages: Message[] = [];
  #request: Message | undefined;
  #headBytes = 0;
  #bodyBytes = 0;
  #fieldCount = 0;
  /** Whether the lines of this head end in CRLF; undefined before the first one has ended. */
  #crlf: boolean | undefined;

  constructor() {
    super('REQUEST');
  }

  /**
   * The requests that are complete with this chunk, in order; after a refusal there are no more. One chunk holds at
   * most some thousands, so the list is bounded.
   */
  read(chunk: Buffer): readonly Message[] {
    this.#messages = [];
    try {
      const parsed = this.execute(chunk);
      if (parsed instanceof Error) throw parsed;
    } catch (error) {
      this.#messages.push(refusalFor(error));
    }
    return this.#messages;
  }

  /** Whether a request has begun and not ended. */
  isWithin(): boolean {
    return this.state !== 'REQUEST_LINE' || this.line !== '';
  }

  /** The library's: the next line without its end; undefined when that has not come. */
  consumeLine(): string | undefined {
    const { chunk, offset, end } = this;
    const newline = chunk.indexOf(NEWLINE, offset);
    if (newline === -1) {
      const part = chunk.toString('latin1', offset, end);
      this.line += part;
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
      // Its end may have been cut in two.
      if (!crlf && newline === offset && line.endsWith('\r')) {
        crlf = true;
        line = line.slice(0, -1);
      }
    }
    this.#check(line, crlf);
    return line;
  }

  /** The library's: a field of the head or of the trailers. */
  parseHeader(line: string, headers: string[]): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    // This also refuses a space before the colon, and a line that continues the one before.
    if (!TOKEN.test(name)) throw new Refused(400, 'a line of the head is no field');
    if (CONTROL.test(line)) throw new Refused(400, 'a field has a control character');
    if (++this.#fieldCount > MAX_FIELDS) throw new Refused(431, `more than ${MAX_FIELDS} fields`);
    const key = name.toLowerCase();
    if (isKept(key)) headers.push(key, withoutBlanks(line, colon + 1));
  }

  [HTTPParser.kOnHeadersComplete](head: Head): void {
    const fields = combined(head.headers);
    const host = fields.get('host');
    if (host === undefined ? head.versionMinor > 0 : !isHost(host)) {
      throw new Refused(400, 'one Host field is expected');
    }
    const method = HTTPParser.methods[head.method] ?? '';
    // What follows belongs to a tunnel, and the library reads no body of it: no request could be told behind that.
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

  /** Counts bytes of a line, of which the rest may be still to come. */
  #count(bytes: number): void {
    if (this.state === 'BODY_CHUNKHEAD' || this.state === 'BODY_CHUNKEMPTYLINE') {
      this.#countBody(bytes);
      if (this.line.length > MAX_LINE_BYTES) throw new Refused(400, 'too long a line between chunks');
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
   * Line ends are CRLF. A head typed by hand may have bare newlines instead, all of them: of a mixture a proxy might
   * have taken two lines for one.
   */
  #check(line: string, crlf: boolean): void {
    const { state } = this;
    if (state === 'REQUEST_LINE' || state === 'HEADER') {
      // Empty lines before a request are passed over.
      if (line === '' && state === 'REQUEST_LINE') return;
      this.#crlf ??= crlf;
      if (state === 'REQUEST_LINE' && OTHER_VERSION.test(line)) {
        throw new Refused(505, 'HTTP/1.0 and HTTP/1.1 are spoken here');
      }
      if (crlf !== this.#crlf) throw new Refused(400, 'some lines end in CRLF and some do not');
      return;
    }
    if (!crlf) throw new Refused(400, 'a line of a chunked body must end in CRLF');
    if (state === 'BODY_CHUNKHEAD' && !CHUNK_SIZE.test(line)) throw new Refused(400, 'no size of a chunk');
  }
}

function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (!(error instanceof Error)) throw error;
  if (error.message === 'invalid request method') return refusal(501, 'there is no such method');
  return refusal(400, 'this is not HTTP');
}
