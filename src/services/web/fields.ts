/**
 * What the fields of a head mean for their request: the end of its body, whether the connection
 * stays open, the conditions. Strict where a proxy might read them otherwise. Used by parser.ts.
 */
import { withoutBlanks } from '../../base/blanks.js';
import { refusal, type Field, type Refusal } from './request.js';

/** The largest body, chunk framing included. It is read and dropped. */
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
 * The other fields that are kept. `Upgrade` is not: nothing can be upgraded to, and for that field
 * the library would stop at the end of the head and read the body as the next request.
 */
const FRAMING: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
]);

/** A refusal of our own on its way through the library. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(status: number, why: string) {
    super(why);
    this.refusal = refusal(status, why);
  }
}

/**
 * The fields by name. A repeated field has both values, which makes a field that may occur only
 * once invalid.
 */
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

/**
 * Checks where the body ends.
 * @returns whether there is a body
 * @throws Refused when its end is ambiguous, or it is too long
 */
export function checkBody(fields: ReadonlyMap<string, string>, minorVersion: number): boolean {
  const length = fields.get('content-length');
  const coding = fields.get('transfer-encoding');
  if (coding !== undefined) {
    if (length !== undefined)
      throw new Refused(400, 'Content-Length and Transfer-Encoding at once');
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
  const options = connection.toLowerCase().split(',').map(trimmed);
  return !options.includes('close') && (minorVersion > 0 || options.includes('keep-alive'));
}

/** A value without the blanks around it, as HTTP defines them. */
export function trimmed(value: string): string {
  return withoutBlanks(value, ' \t');
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
