/**
 * The exchange of the patterns `web` and `web-varied`: a GET for the bench's page, and the first
 * answer to it. The former sends the same request each time, as a client does that polls; the latter
 * a thousand that differ in a cookie, so that a server that knows its last requests must read each.
 *
 * The first answer is checked in full: its status, its Content-Length, and its body against the
 * file. Later answers must equal it except for the value of the Date header, whose length is fixed.
 * A server whose other headers change counts as wrong. Runs in the load process, for
 * loads/closed-loop.ts.
 */
import { PAGE_PATH, readPage } from '../../lib/page.js';
import { FixedExchange } from './fixed-exchange.js';
import { fetchReferenceAnswer } from './reference-answer.js';

const VARIED_REQUESTS = 1000;
const ANSWER_LIMIT_MS = 2000;
const MAX_HEAD_BYTES = 4096;
const HEAD_END = '\r\n\r\n';

/**
 * Requests the page once and takes the answer as the right one.
 * @throws Error if the answer is not the page, or comes too late; SystemCallError if the connect
 * fails
 */
export function learnWebExchange(port: number, pattern: 'web' | 'web-varied'): FixedExchange {
  const requests = Array.from({ length: pattern === 'web' ? 1 : VARIED_REQUESTS }, (_, index) => {
    const cookie = pattern === 'web' ? '' : `Cookie: visit=${1000 + index}\r\n`;
    return Buffer.from(`GET ${PAGE_PATH} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${cookie}\r\n`);
  });
  const [request] = requests as [Buffer];
  const page = readPage();
  const answer = fetchReferenceAnswer({
    ...{ port, request },
    server: 'the web server',
    limitMs: ANSWER_LIMIT_MS,
    maxBytes: MAX_HEAD_BYTES + page.length,
    parse: (bytes) => wholeAnswer(bytes, page),
  });
  const text = Buffer.from(answer).toString('latin1');
  const date = /\r\ndate: *([^\r]*)/i.exec(text.slice(0, text.indexOf(HEAD_END)));
  const end = date === null ? 0 : date.index + date[0].length;
  return new FixedExchange(requests, answer, { start: end - (date?.[1]?.length ?? 0), end });
}

function wholeAnswer(bytes: Uint8Array, page: Buffer): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const headBytes = text.indexOf(HEAD_END) + HEAD_END.length;
  if (headBytes < HEAD_END.length) return undefined;
  const head = text.slice(0, headBytes);
  const statedBytes = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || Number(statedBytes) !== page.length) {
    throw new Error(`the web server's answer is not the page: ${JSON.stringify(head)}`);
  }
  if (/\r\nconnection: *close\r\n/i.test(head))
    throw new Error('the web server does not keep connections open');
  if (bytes.length < headBytes + page.length) return undefined;
  if (bytes.length > headBytes + page.length || !page.equals(bytes.subarray(headBytes))) {
    throw new Error("the body of the web server's answer is not the page");
  }
  return bytes.slice();
}
