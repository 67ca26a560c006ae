/**
 * HTTP by hand, against servers that answer in every way, right and wrong: the body whole, or an
 * error in one line.
 */
import assert from 'node:assert/strict';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { fetchUrl } from '../../../src/clients/http/fetch.js';
import { parseHttpUrl } from '../../../src/clients/http/request.js';
import { StartError, UsageError } from '../../../src/base/errors.js';
import { answering, startRawServer, unusedPort } from '../../support/raw-server.js';

const OPTIONS = { timeoutMs: 30_000, redirects: 5 };
const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** Collects the body; each write is asynchronous, as a file's is. */
class TextSink {
  text = '';

  async write(bytes: Uint8Array): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.text += Buffer.from(bytes).toString('latin1');
  }
}

async function fetchFrom(
  port: number,
  options: Partial<Parameters<typeof fetchUrl>[2]> = {},
  path = '/',
) {
  const sink = new TextSink();
  const url = parseHttpUrl(`http://127.0.0.1:${port}${path}`);
  const fetched = await fetchUrl(url, sink, { ...OPTIONS, ...options });
  return { ...fetched, text: sink.text };
}

const complete = (text: string) => ({ complete: true, bytes: text.length, text });

describe('fetch takes the body of an answer', { timeout: 60_000, concurrency: 4 }, () => {
  for (const [what, texts, body] of [
    ['with a length', [`${HEAD}Content-Length: 5\r\n\r\nhello`], 'hello'],
    ['with a length of 0', [`${HEAD}Content-Length: 0\r\n\r\n`], ''],
    [
      'with the same length twice',
      [`${HEAD}Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello`],
      'hello',
    ],
    ['and leaves what comes after it', [`${HEAD}Content-Length: 5\r\n\r\nhello, world`], 'hello'],
    ['that ends with the connection', [`${HEAD}\r\nhel`, 'lo'], 'hello'],
    [
      'of HTTP/1.0',
      ['HTTP/1.0 200 OK\r\nContent-type: text/html\r\n\r\n<h1>Hello World</h1>'],
      '<h1>Hello World</h1>',
    ],
    ['without a reason and with bare newlines', ['HTTP/1.0 200\n\nhello'], 'hello'],
    ['without content', ['HTTP/1.1 204 No Content\r\n\r\n'], ''],
    ['in chunks', [`${CHUNKED}5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n`], 'hello, world'],
    [
      'in chunks with extensions and trailers',
      [`${CHUNKED}5;a=b\r\nhello\r\n0\r\nX: y\r\nZ: z\r\n\r\n`],
      'hello',
    ],
    [
      'in chunks whose sizes have capitals and zeros',
      [`${CHUNKED}000A\r\n0123456789\r\n0\r\n\r\n`],
      '0123456789',
    ],
    [
      'after interim answers',
      ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n', `${HEAD}\r\nhello`],
      'hello',
    ],
    ['of any 2xx', ['HTTP/1.1 203 Changed\r\nContent-Length: 2\r\n\r\nhe'], 'he'],
  ] as const) {
    it(what, async (t) => {
      const port = await startRawServer(t, answering(...texts));
      assert.deepEqual(await fetchFrom(port), complete(body));
    });
  }

  it('that arrives byte by byte', async (t) => {
    const answer = `${CHUNKED}5;x\r\nhello\r\nA\r\n, world...\r\n0\r\nTrailer: 1\r\n\r\n`;
    const bytes = Array.from(Buffer.from(answer), (byte) => Buffer.of(byte));
    const port = await startRawServer(t, answering(...bytes));
    assert.deepEqual(await fetchFrom(port), complete('hello, world...'));
  });

  it('when it is long, at the pace of the sink', async (t) => {
    const port = await startRawServer(
      t,
      answering(`${HEAD}Content-Length: 3000000\r\n\r\n`, 'x'.repeat(3_000_000)),
    );
    const progress: [number, number | undefined][] = [];
    const { text } = await fetchFrom(port, { onProgress: (...at) => progress.push(at) });
    assert.equal(text.length, 3_000_000);
    assert.deepEqual(progress.at(-1), [3_000_000, 3_000_000]);
  });

  it('although the connection stays open', async (t) => {
    const port = await startRawServer(t, (socket) =>
      socket.write(`${HEAD}Content-Length: 2\r\n\r\nhi`),
    );
    assert.deepEqual(await fetchFrom(port), complete('hi'));
  });

  it('of Node’s own server, which accepts the request', async (t) => {
    const port = await startHttp(t, (request, response) =>
      response.end(JSON.stringify([request.url, request.headers])),
    );
    const { text } = await fetchFrom(port, {}, '/a%20b?c=d#e');
    const [url, headers] = JSON.parse(text) as [string, Record<string, string>];
    assert.equal(url, '/a%20b?c=d');
    assert.equal(headers.host, `127.0.0.1:${port}`);
    assert.equal(headers.connection, 'close');
  });
});

describe('fetch fails in one line', { timeout: 60_000, concurrency: 4 }, () => {
  for (const [what, texts, complaint] of [
    [
      'a body shorter than its length',
      [`${HEAD}Content-Length: 10\r\n\r\nhello`],
      /broke off after 5 of 10 bytes/,
    ],
    ['a body that breaks off in a chunk', [`${CHUNKED}5\r\nhel`], /broke off after 3 bytes/],
    [
      'a body that breaks off between chunks',
      [`${CHUNKED}5\r\nhello\r\n`],
      /broke off after 5 bytes/,
    ],
    [
      'a body that breaks off in the trailers',
      [`${CHUNKED}5\r\nhello\r\n0\r\n`],
      /broke off after 5 bytes/,
    ],
    [
      'a chunk size that is none',
      [`${CHUNKED}5\r\nhello\r\nzz\r\n\r\n`],
      /"zz" is not a chunk size/,
    ],
    ['a negative chunk size', [`${CHUNKED}-5\r\nhello\r\n`], /"-5" is not a chunk size/],
    [
      'a chunk size beyond all numbers',
      [`${CHUNKED}${'f'.repeat(20)}\r\nhello`],
      /is not a chunk size/,
    ],
    [
      'a chunk longer than its size line',
      [`${CHUNKED}2\r\nhello\r\n`],
      /longer than its size line/,
    ],
    ['an endless chunk size', [`${CHUNKED}5;${'x'.repeat(10_000)}`], /an endless line/],
    ['endless trailers', [`${CHUNKED}0\r\n${'A: b\r\n'.repeat(1000)}`], /trailers/],
    [
      'a length that is none',
      [`${HEAD}Content-Length: many\r\n\r\nhello`],
      /unusable Content-Length "many"/,
    ],
    [
      'a negative length',
      [`${HEAD}Content-Length: -5\r\n\r\nhello`],
      /unusable Content-Length "-5"/,
    ],
    ['an empty length', [`${HEAD}Content-Length:\r\n\r\nhello`], /unusable Content-Length ""/],
    [
      'a length beyond all numbers',
      [`${HEAD}Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
      /unusable Content-Length/,
    ],
    [
      'two lengths',
      [`${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
      /not HTTP|Content-Length/,
    ],
    [
      'an unknown coding',
      [`${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`],
      /coding "gzip, chunked"/,
    ],
    ['headers that break off', [`${HEAD}Content-Le`], /ended before the headers did/],
    ['nothing at all', [], /ended before the headers did/],
    ['headers without end', [HEAD, 'A: b\r\n'.repeat(20_000)], /headers over 65536 bytes/],
    ['one endless header', [HEAD, 'A'.repeat(100_000)], /headers over 65536 bytes/],
    [
      'interim answers without end',
      ['HTTP/1.1 100 C\r\n\r\n'.repeat(10_000)],
      /headers over 65536 bytes/,
    ],
    ['no HTTP', ['SSH-2.0-\u001b[31mred\r\n'], /the answer is not HTTP: "SSH-2\.0-␛\[31mred␍␊"/],
    ['binary garbage', [Buffer.from([0xff, 0, 0x80, 0x0a, 1])], /the answer is not HTTP/],
    ['another version of HTTP', ['HTTP/2.0 200 OK\r\n\r\n'], /HTTP\/2\.0 instead of HTTP\/1/],
  ] as const) {
    it(`on ${what}`, async (t) => {
      const port = await startRawServer(t, answering(...texts));
      await assertFails(fetchFrom(port), `http://127.0.0.1:${port}/: `, complaint);
    });
  }

  it('when no server listens', async () => {
    const port = await unusedPort();
    await assertFails(fetchFrom(port), `127.0.0.1 port ${port}: `, /connection refused/);
  });

  it('when the server resets the connection in mid-body', async (t) => {
    const port = await startRawServer(t, (socket) => {
      socket.once('data', () => socket.write(`${HEAD}\r\nhel`, () => socket.resetAndDestroy()));
    });
    await assertFails(fetchFrom(port), `127.0.0.1 port ${port}: `, /reset the connection/);
  });

  for (const [when, said] of [
    ['at first', ''],
    ['in the headers', HEAD],
    ['in mid-body', `${HEAD}Content-Length: 10\r\n\r\nhello`],
  ] as const) {
    it(`when the server is silent ${when}`, async (t) => {
      const port = await startRawServer(t, (socket) => socket.write(said));
      await assertFails(
        fetchFrom(port, { timeoutMs: 50 }),
        `127.0.0.1 port ${port}: `,
        /no answer for 50 ms/,
      );
    });
  }

  it('with the error of the sink when a write fails', async (t) => {
    const port = await startRawServer(t, answering(`${HEAD}\r\nhello`));
    const full = new Error('full');
    const url = new URL(`http://127.0.0.1:${port}/`);
    await assert.rejects(fetchUrl(url, { write: () => Promise.reject(full) }, OPTIONS), full);
  });
});

describe('fetch reports an answer without the body', { timeout: 60_000, concurrency: 4 }, () => {
  for (const [answer, isTemporary] of [
    ['404 Not Found', false],
    ['403 Forbidden', false],
    ['304 Not Modified', false],
    ['429 Too Many Requests', true],
    ['503 Service Unavailable', true],
  ] as const) {
    it(answer, async (t) => {
      const port = await startRawServer(
        t,
        answering(`HTTP/1.1 ${answer}\r\nContent-Length: 4\r\n\r\nwhy?`),
      );
      const why = `http://127.0.0.1:${port}/: ${answer}`;
      assert.deepEqual(await fetchFrom(port), { complete: false, isTemporary, why, text: '' });
    });
  }

  it('that is only a part of the body', async (t) => {
    const port = await startRawServer(
      t,
      answering('HTTP/1.1 206 Partial\r\nContent-Length: 2\r\n\r\nhe'),
    );
    const why = `http://127.0.0.1:${port}/: only a part of the body, which the client did not request`;
    assert.deepEqual(await fetchFrom(port), { complete: false, isTemporary: false, why, text: '' });
  });

  it('whose body is longer than the bound', async (t) => {
    const port = await startRawServer(t, answering(`${HEAD}\r\n`, 'x'.repeat(101)));
    const { complete, text } = await fetchFrom(port, { maxBytes: 100 });
    assert.deepEqual([complete, text], [false, '']);
  });
});

describe('fetch follows redirections', { timeout: 60_000, concurrency: 4 }, () => {
  const hops: RequestListener = (request, response) => {
    const left = Number(request.url?.slice(1));
    if (left > 0) response.writeHead(302, { Location: `${left - 1}` });
    response.end(`here: ${left}`);
  };

  it('up to a bound', async (t) => {
    const port = await startHttp(t, hops);
    assert.deepEqual(await fetchFrom(port, {}, '/5'), complete('here: 0'));
    await assertFails(fetchFrom(port, {}, '/6'), '', /\/1: more than 5 redirections$/);
  });

  it('to other servers', async (t) => {
    const other = await startHttp(t, hops);
    const port = await startRawServer(
      t,
      answering(`HTTP/1.1 307 Over There\r\nLocation: http://localhost:${other}/2\r\n\r\n`),
    );
    assert.deepEqual(await fetchFrom(port), complete('here: 0'));
  });

  it('only if allowed', async (t) => {
    const port = await startHttp(t, hops);
    const why = `http://127.0.0.1:${port}/1: 302 Found, to "0"`;
    assert.deepEqual(await fetchFrom(port, { redirects: 0 }, '/1'), {
      complete: false,
      isTemporary: false,
      why,
      text: '',
    });
  });

  for (const [location, complaint] of [
    ['https://localhost/', /301 Moved, to "https:\/\/localhost\/"; only http:\/\/ can be fetched$/],
    ['file:///etc/passwd', /only http:\/\/ can be fetched$/],
    ['http://', /to "http:\/\/", which is not a URL$/],
  ] as const) {
    it(`but not to ${location}`, async (t) => {
      const port = await startRawServer(
        t,
        answering(`HTTP/1.1 301 Moved\r\nLocation: ${location}\r\n\r\n`),
      );
      await assertFails(fetchFrom(port), '', complaint);
    });
  }
});

describe('a URL for fetch', () => {
  it('has the scheme http', () => {
    for (const good of ['http://localhost', 'http://[::1]:8080/a?b', 'HTTP://host.example/']) {
      assert.equal(parseHttpUrl(good).protocol, 'http:');
    }
    for (const bad of [
      '',
      'x',
      '/path',
      'localhost:8080',
      'http:/host',
      'http://',
      'http://h:99999/',
      'http://a b/',
    ]) {
      assert.throws(
        () => parseHttpUrl(bad),
        new UsageError(`"${bad}" is not a URL; an example is http://127.0.0.1:8080/index.html`),
      );
    }
    assert.throws(() => parseHttpUrl('https://host/'), /only http:\/\/ can be fetched/);
    assert.throws(() => parseHttpUrl('ftp://host/'), /only http:\/\/ can be fetched/);
    assert.throws(() => parseHttpUrl('http://me:secret@host/'), /user name or a password/);
  });
});

async function startHttp(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function assertFails(
  work: Promise<unknown>,
  begin: string,
  complaint: RegExp,
): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof StartError, error.stack);
    assert.ok(error.message.startsWith(begin), error.message);
    assert.match(error.message, complaint);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
}
