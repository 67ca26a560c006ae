/**
 * What a client asks for, as parser.ts reads it and answer.ts answers it. Which thread runs all this is not the
 * web service's business. Read parser.ts next.
 */

/** The fields that an answer depends on; all others are checked for their form and dropped. */
export type Field =
  'range' | 'if-range' | 'if-match' | 'if-none-match' | 'if-modified-since' | 'if-unmodified-since';
export type Fields = Readonly<Partial<Record<Field, string>>>;

/** A complete request. Its body, if it had one, has been read and dropped. */
export interface Request {
  readonly kind: 'request';
  readonly method: string;
  readonly target: string;
  /** 0 or 1 of HTTP/1.0 or 1.1. */
  readonly minorVersion: number;
  /** Whether the client wants, and may have, another answer over this connection. */
  readonly keepAlive: boolean;
  /** Undefined when it has none of them: the usual case, and the fast one. */
  readonly fields: Fields | undefined;
}

/** An answer that only says what is wrong. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly why: string;
}

/** The client waits for a word before it sends its body. */
interface Expectation {
  readonly kind: 'expectation';
}

export type Message = Request | Refusal | Expectation;

/** Why any other method is refused, with 405. */
export const ONLY_READING = 'only GET and HEAD are allowed';

export function refusal(status: number, why: string): Refusal {
  return { kind: 'refusal', status, why };
}
