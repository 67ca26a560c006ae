/**
 * An HTTP client by hand: a request over a socket, then chunks until the end, as the course's webclient.py does it.
 * Main thread of the client; also used by peer.ts. Read head.ts and body.ts for what is made of the chunks.
 */
import type { Socket } from 'node:net';
import type { ByteSink } from '../../base/byte-sink.js';
import { StartError } from '../../base/errors.js';
import { connectionError } from '../wire/errors.js';
import { nameOf } from '../wire/target.js';
import { bodyAfter } from './body.js';
import { BadResponse, HeadReader, valuesOf, type Head } from './head.js';
import { requestFor, targetOf } from './request.js';
import { openSocket } from '../wire/socket.js';
import { quoted, printable } from '../../base/printable.js';

interface FetchOptions {
  /** How long the server may be silent. */
  readonly timeoutMs: number;
  /** How many redirections are followed. */
  readonly redirects: number;
  /** The longest body that is taken. */
  readonly maxBytes?: number;
  readonly onHead?: (head: Head) => void;
  readonly onProgress?: (bytes: number, totalBytes: number | undefined) => void;
}

/** What the server had to say; `why` is one line. Asked again, it might say something else if `isPassing`. */
export type Fetched =
  | { readonly complete: true; readonly bytes: number }
  | { readonly complete: false; readonly isTemporary: boolean; readonly why: string };

type Answer = Fetched | { readonly redirectTo: string; readonly status: string };

/**
 * Sends a GET and writes the body of a 2xx answer to the sink.
 * @throws StartError in one line: no connection, silence, a body that broke off, an answer that is no HTTP
 */
export async function fetchUrl(start: URL, sink: ByteSink, options: FetchOptions): Promise<Fetched> {
  let url = start;
  for (let hops = 0; ; hops++) {
    const answer = await get(url, sink, options);
    if (!('redirectTo' in answer)) return answer;
    const { redirectTo, status } = answer;
    const failed = (why: string) => new StartError(`${url.href}: ${why}`);
    if (hops === options.redirects) throw failed(`more than ${options.redirects} redirections`);
    if (!URL.canParse(redirectTo, url.href)) throw failed(`${status}, to ${quoted(redirectTo)}, no URL`);
    const next = new URL(redirectTo, url.href);
    if (next.protocol !== 'http:')
      throw failed(`${status}, to ${quoted(next.href)}; only http:// can be fetched`);
    url = next;
  }
}

async function get(url: URL, sink: ByteSink, options: FetchOptions): Promise<Answer> {
  const { timeoutMs, maxBytes = Infinity, onHead, onProgress } = options;
  const target = targetOf(url);
  let isWriting = false;
  const socket = await openSocket(target, { timeoutMs, isOurTurn: () => isWriting });
  try {
    socket.write(requestFor(url));
    const reader = new HeadReader();
    let body;
    let bytes = 0;
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      let rest = chunk;
      if (!body) {
        const read = reader.read(chunk);
        if (!read) continue;
        onHead?.(read.head);
        const refused = withoutBody(url, read.head, options);
        if (refused) return refused;
        body = bodyAfter(read.head);
        rest = read.rest;
      }
      for (const part of body.take(rest)) {
        bytes += part.length;
        if (bytes > maxBytes) return tooLong(url, maxBytes);
        isWriting = true;
        await sink.write(part);
        isWriting = false;
      }
      onProgress?.(bytes, body.totalBytes);
      if (body.isComplete) return { complete: true, bytes };
    }
    if (!body) throw new BadResponse('the connection ended before the headers did');
    if (body.mayEnd) {
      await detectReset(socket);
      return { complete: true, bytes };
    }
    const total = body.totalBytes === undefined ? '' : ` of ${body.totalBytes}`;
    throw new BadResponse(`the body broke off after ${bytes}${total} bytes`);
  } catch (error) {
    if (error instanceof BadResponse) throw new StartError(`${url.href}: ${error.message}`, { cause: error });
    throw error === socket.errored ? connectionError(nameOf(target), error) : error;
  } finally {
    socket.destroy();
  }
}

/**
 * Where only the end of the connection says that a body is complete, a reset must not pass for it. But one that comes
 * right behind the last data is reported as an orderly end by libuv (epoll's POLLHUP after a partial read). Writing
 * tells: it fails after a reset, and an empty line more is nothing to a server that has closed its side.
 */
function detectReset(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write('\r\n', (error) => (error ? reject(error) : resolve()));
  });
}

/** What an answer other than 2xx comes to; undefined for one whose body is wanted. Its body is not read. */
function withoutBody(url: URL, head: Head, { redirects }: FetchOptions): Answer | undefined {
  if (head.status === PARTIAL_CONTENT) {
    return { complete: false, isTemporary: false, why: `${url.href}: only a part, which was not asked for` };
  }
  if (head.status >= 200 && head.status < 300) return undefined;
  const status = printable(`${head.status} ${head.reason}`.trim());
  const [location] = valuesOf(head, 'location');
  if (location === undefined || !REDIRECTIONS.has(head.status)) {
    const isTemporary = head.status >= 500 || TEMPORARY.has(head.status);
    return { complete: false, isTemporary, why: `${url.href}: ${status}` };
  }
  if (redirects > 0) return { redirectTo: location, status };
  return { complete: false, isTemporary: false, why: `${url.href}: ${status}, to ${quoted(location)}` };
}

function tooLong(url: URL, mostBytes: number): Fetched {
  return { complete: false, isTemporary: false, why: `${url.href}: longer than ${mostBytes} bytes` };
}

const PARTIAL_CONTENT = 206;
/** Request Timeout, Too Early, Too Many Requests. */
const TEMPORARY = new Set([408, 425, 429]);
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);
