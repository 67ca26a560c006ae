/** Builds the request that fetch.ts sends, and checks its URL. Pure. */
import { UsageError } from '../../base/errors.js';
import type { Target } from '../wire/target.js';
import { quoted } from '../../base/printable.js';

/** @throws UsageError if the text is not a URL, or a URL that this client cannot fetch */
export function parseHttpUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim())) {
    throw new UsageError(
      `${quoted(text)} is not a URL; an example is http://127.0.0.1:8080/index.html`,
    );
  }
  if (url.protocol !== 'http:')
    throw new UsageError(`${quoted(text)}: only http:// can be fetched`);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('a URL with a user name or a password cannot be fetched');
  }
  return url;
}

const HTTP_PORT = 80;

export function targetOf(url: URL): Target {
  // A URL puts brackets around an IPv6 address; a socket's address has none.
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? HTTP_PORT : Number(url.port),
  };
}

export function requestFor(url: URL): string {
  const headers = {
    Host: url.host,
    'User-Agent': 'handoff',
    Accept: '*/*',
    'Accept-Encoding': 'identity',
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
