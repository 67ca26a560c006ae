/**
 * Which requests the lab obeys: those of its own page. Pure.
 *
 * A page of any other site can make a browser send requests to 127.0.0.1. It does not know the
 * token; its requests carry its own Origin; and a name of its own that it points to 127.0.0.1
 * stands in Host.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

interface Asked {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** The names under which a browser on this machine reaches the lab. */
const NAMES = ['127.0.0.1', 'localhost'];

/** @returns why a request is refused; undefined: it is allowed */
export function refusalOf(
  { method, url, headers }: Asked,
  port: number,
  token: string,
): string | undefined {
  if (!NAMES.some((name) => headers.host === `${name}:${port}`))
    return 'the request is for another host';
  const { origin } = headers;
  const isOwn = NAMES.some((name) => origin === `http://${name}:${port}`);
  // A browser leaves Origin out of a GET from the page itself, and never out of a POST.
  if (origin === undefined ? method !== 'GET' : !isOwn) return 'the request is from another page';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return 'the request is from another page';
  return isSame(tokenIn(url), token) ? undefined : 'the address lacks its token';
}

function tokenIn(url: string): string {
  return new URL(url, 'http://127.0.0.1').searchParams.get('token') ?? '';
}

/** Takes the same time whatever the difference. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
