/**
 * What the fields of a head say about its request: where its body ends, whether the connection stays, which conditions
 * there are. Strict where a proxy might read them otherwise. A part of parser.ts.
 */
import { refusal, type Field, type Refusal } from './request.js';

/** What a request may carry that is read and dropped, framing included. */
export const MAX_BODY_BYTES = 1024 * 1024;

const HOST = /^[\w\-.~%!$&'()*+;=:[\]]*$/;

const CONDITIONS: ReadonlySet<string> = new Set<Field>([
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]);
/**
 * What else is kept. `Upgrade` is not among them: nothing is offered to upgrade to, and the library, if it saw that
 * field, would stop where the head ends and take the body for the next request.
 */
const FRAMING: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
]);

/** An error of our own on its way through the library. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(status: number, why: string) {
    super(why);
    this.refusal = refusal(status, why);
  }
}

/** By name; a field that came twice has both values, which makes one that may come once invalid. */
export function combined(headers: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

export function conditionsOf(fields: ReadonlyMap<string, string>) {
  let conditions: Record<string, string> | undefined;
  for (const [name, value] of fields) if (CONDITIONS.has(name)) (conditions ??= {})[name] = value;
  return conditions;
}

/** Whether there is a body. Throws when it cannot be told for certain where that ends, or when it is too long. */
export function checkBody(fields: ReadonlyMap<string, string>, minorVersion: number): boolean {
  const length = fields.get('content-length');
  const coding = fields.get('transfer-encoding');
  if (coding !== undefined) {
    if (length !== undefined) throw new Refused(400, 'Content-Length and Transfer-Encoding at once');
    if (minorVersion === 0) throw new Refused(400, 'HTTP/1.0 has no Transfer-Encoding');
    if (coding.toLowerCase() !== 'chunked')
      throw new Refused(501, 'no Transfer-Encoding but chunked is known');
    return true;
  }
  if (length === undefined) return false;
  if (!/^\d+$/.test(length)) throw new Refused(400, 'Content-Length is no number');
  if (Number(length) > MAX_BODY_BYTES) throw tooMuchBody();
  return Number(length) > 0;
}

export function staysOpen(connection: string | undefined, minorVersion: number): boolean {
  if (connection === undefined) return minorVersion > 0;
  const options = connection.toLowerCase().split(/[ \t]*,[ \t]*/);
  return !options.includes('close') && (minorVersion > 0 || options.includes('keep-alive'));
}

export function withoutBlanks(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line, start)) start++;
  while (end > start && isBlank(line, end - 1)) end--;
  return line.slice(start, end);
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}

export function tooMuchBody(): Refused {
  return new Refused(413, `a body is dropped here, and up to ${MAX_BODY_BYTES} bytes only`);
}

export function isKept(key: string): boolean {
  return FRAMING.has(key) || CONDITIONS.has(key);
}

export function isHost(value: string): boolean {
  return HOST.test(value);
}
