/**
 * What a client asks for: parser.ts produces it, answer.ts answers it. Runs on whichever thread
 * serves the client. Read parser.ts next.
 */

/** The fields that an answer depends on. All others are checked for their form and dropped. */
export type Field =
  | 'range'
  | 'if-range'
  | 'if-match'
  | 'if-none-match'
  | 'if-modified-since'
  | 'if-unmodified-since';
export type Fields = Readonly<Partial<Record<Field, string>>>;

/** A complete request. Its body, if it had one, was read and dropped. */
export interface Request {
  readonly kind: 'request';
  readonly method: string;
  readonly target: string;
  /** The x of HTTP/1.x: 0 or 1. */
  readonly minorVersion: number;
  /** Whether the connection stays open after the answer. */
  readonly keepAlive: boolean;
  /** Undefined without such fields: the usual case, and the fastest. */
  readonly fields: Fields | undefined;
}

/** An answer that says only what is wrong. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly why: string;
}

/** The client waits for `100 Continue` before it sends its body. */
interface Expectation {
  readonly kind: 'expectation';
}

export type Message = Request | Refusal | Expectation;

/** Why other methods are refused, with 405. */
export const ONLY_READING = 'only GET and HEAD are allowed';

export function refusal(status: number, why: string): Refusal {
  return { kind: 'refusal', status, why };
}
