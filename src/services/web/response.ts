/** Heads of answers and complete short answers, as bytes. answer.ts chooses among them. */
import { STATUS_CODES } from 'node:http';
import type { Refusal, Request } from './request.js';

/** What the framing of an answer depends on. */
type Asker = Pick<Request, 'method' | 'minorVersion' | 'keepAlive'>;

/** Receives the answer to a request that could not be parsed. */
export const UNREADABLE: Asker = { method: 'GET', minorVersion: 1, keepAlive: false };

export const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

let dateSecond = -1;
let date = '';

/** Whole seconds since 1970. */
export function presentSecond(): number {
  return Math.floor(Date.now() / 1000);
}

export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** @param fields each with its line end */
export function headOf(status: number, fields: string, { minorVersion, keepAlive }: Asker): string {
  const second = presentSecond();
  if (second !== dateSecond) {
    dateSecond = second;
    date = httpDate(second * 1000);
  }
  const connection = !keepAlive
    ? 'Connection: close\r\n'
    : minorVersion === 0
      ? 'Connection: keep-alive\r\n'
      : '';
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nDate: ${date}\r\n${fields}${connection}\r\n`;
}

/**
 * A complete answer with a text as its body. The answer to HEAD has the same fields and no body.
 */
export function textAnswer(status: number, fields: string, text: string, asker: Asker): Buffer {
  const body = asker.method === 'HEAD' ? '' : text;
  const length = `Content-Length: ${Buffer.byteLength(text)}\r\n`;
  return Buffer.concat([
    Buffer.from(headOf(status, fields + length, asker), 'latin1'),
    Buffer.from(body),
  ]);
}

export function refusalAnswer({ status, why }: Refusal, asker: Asker, fields = ''): Buffer {
  const allow = status === 405 ? 'Allow: GET, HEAD\r\n' : '';
  const text = `${status} ${STATUS_CODES[status] ?? ''}: ${why}\n`;
  return textAnswer(
    status,
    `${fields}${allow}Content-Type: text/plain; charset=utf-8\r\n`,
    text,
    asker,
  );
}
