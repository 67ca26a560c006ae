/**
 * An HTTP client over a plain socket, like the course's webclient.py: sends a request and reads the
 * answer to its end. Main thread of the client; peer.ts uses it, too. head.ts and body.ts parse.
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
  /** Idle timeout: longest silence of the server. */
  readonly timeoutMs: number;
  /** Maximum number of redirections. */
  readonly redirects: number;
  /** Longest accepted body, in bytes (default: no bound). */
  readonly maxBytes?: number;
  readonly onHead?: (head: Head) => void;
  readonly onProgress?: (bytes: number, totalBytes: number | undefined) => void;
}

/** The outcome of a fetch. `why` is one line. A retry may succeed only if `isTemporary`. */
export type Fetched =
  | { readonly complete: true; readonly bytes: number }
  | { readonly complete: false; readonly isTemporary: boolean; readonly why: string };

type Answer = Fetched | { readonly redirectTo: string; readonly status: string };

/**
 * Sends a GET request and writes the body of a 2xx answer to the sink.
 * @throws StartError with a one-line message if the connection fails, the server is silent, the
 * body is incomplete, the answer is not HTTP, or a redirection cannot be followed
 */
export async function fetchUrl(
  start: URL,
  sink: ByteSink,
  options: FetchOptions,
): Promise<Fetched> {
  let url = start;
  for (let hops = 0; ; hops++) {
    const answer = await get(url, sink, options);
    if (!('redirectTo' in answer)) return answer;
    const { redirectTo, status } = answer;
    const failed = (why: string) => new StartError(`${url.href}: ${why}`);
    if (hops === options.redirects) throw failed(`more than ${options.redirects} redirections`);
    if (!URL.canParse(redirectTo, url.href))
      throw failed(`${status}, to ${quoted(redirectTo)}, which is not a URL`);
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
    for await (const chunk of socket.iterator({
      destroyOnReturn: false,
    }) as AsyncIterable<Buffer>) {
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
    if (error instanceof BadResponse)
      throw new StartError(`${url.href}: ${error.message}`, { cause: error });
    throw error === socket.errored ? connectionError(nameOf(target), error) : error;
  } finally {
    socket.destroy();
  }
}

/**
 * Fails if the server reset the connection. Needed when only the end of the connection completes
 * the body: libuv reports a reset right after the last data as an orderly end (epoll's POLLHUP
 * after a partial read). A write fails after a reset, and does no harm after an orderly end.
 */
function detectReset(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write('\r\n', (error) => (error ? reject(error) : resolve()));
  });
}

/** Returns the outcome of an answer whose body is not read; undefined for a 2xx answer. */
function withoutBody(url: URL, head: Head, { redirects }: FetchOptions): Answer | undefined {
  if (head.status === PARTIAL_CONTENT) {
    return {
      complete: false,
      isTemporary: false,
      why: `${url.href}: only a part of the body, which the client did not request`,
    };
  }
  if (head.status >= 200 && head.status < 300) return undefined;
  const status = printable(`${head.status} ${head.reason}`.trim());
  const [location] = valuesOf(head, 'location');
  if (location === undefined || !REDIRECTIONS.has(head.status)) {
    const isTemporary = head.status >= 500 || TEMPORARY.has(head.status);
    return { complete: false, isTemporary, why: `${url.href}: ${status}` };
  }
  if (redirects > 0) return { redirectTo: location, status };
  return {
    complete: false,
    isTemporary: false,
    why: `${url.href}: ${status}, to ${quoted(location)}`,
  };
}

function tooLong(url: URL, mostBytes: number): Fetched {
  return {
    complete: false,
    isTemporary: false,
    why: `${url.href}: longer than ${mostBytes} bytes`,
  };
}

const PARTIAL_CONTENT = 206;
/** Request Timeout, Too Early, Too Many Requests. */
const TEMPORARY = new Set([408, 425, 429]);
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);
