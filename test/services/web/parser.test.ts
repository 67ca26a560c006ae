import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_BODY_BYTES } from '../../../src/services/web/fields.js';
import { RequestParser } from '../../../src/services/web/parser.js';
import { heapBytes } from '../../support/heap.js';

/** The targets of the requests, or the status of a refusal. */
function read(text: string): (string | number)[] {
  return new RequestParser().read(Buffer.from(text, 'latin1')).map((message) => {
    if (message.kind === 'request') return message.target;
    return message.kind === 'refusal' ? message.status : 100;
  });
}

const HOST = 'Host: here\r\n';
const START = `GET /a HTTP/1.1\r\n${HOST}`;
const NEXT = `GET /b HTTP/1.1\r\n${HOST}\r\n`;

describe('the parser accepts', () => {
  for (const [what, text, expected] of [
    ['a request', `${START}\r\n`, ['/a']],
    ['requests one after the other', `${START}\r\n${NEXT}`, ['/a', '/b']],
    ['an empty line before a request', `\r\n${START}\r\n`, ['/a']],
    ['bare newlines, if they are the only line ends', 'GET /a HTTP/1.0\nHost: x\n\n', ['/a']],
    ['HTTP/1.0 without a Host', 'GET /a HTTP/1.0\r\n\r\n', ['/a']],
    ['an empty Host', 'GET /a HTTP/1.1\r\nHost:\r\n\r\n', ['/a']],
    ['a version of HTTP/1 to come', `GET /a HTTP/1.7\r\n${HOST}\r\n`, ['/a']],
    ['a body of a length', `${START}Content-Length: 5\r\n\r\nGET /${NEXT}`, ['/a', '/b']],
    [
      'a body in chunks',
      `${START}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${NEXT}`,
      ['/a', '/b'],
    ],
    [
      'chunks with extensions and trailers',
      `${START}Transfer-Encoding: Chunked\r\n\r\n1;x=y\r\na\r\n0\r\nX: y\r\n\r\n${NEXT}`,
      ['/a', '/b'],
    ],
    [
      'an offer to upgrade, and goes on',
      `${START}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n${NEXT}`,
      ['/a', '/b'],
    ],
    [
      'an offer to upgrade with a body',
      `${START}Connection: Upgrade\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
      ['/a', '/b'],
    ],
    ['another method', `DELETE /a HTTP/1.1\r\n${HOST}\r\n`, ['/a']],
    ['an expectation', `${START}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx`, [100, '/a']],
    ['an expectation without a body', `${START}Expect: 100-continue\r\n\r\n`, ['/a']],
  ] as const) {
    it(what, () => assert.deepEqual(read(text), expected));
  }
});

describe('the parser refuses', () => {
  const field = (line: string) => `${START}${line}\r\n\r\n`;
  for (const [what, status, text] of [
    ['what is not HTTP', 400, 'hello there\r\n\r\n'],
    ['binary bytes before any line has ended', 400, '\x16\x03\x01\x02\x00\x01'],
    ['a request of HTTP/0.9', 400, 'GET /\r\n'],
    ['two spaces', 400, `GET  /a HTTP/1.1\r\n${HOST}\r\n`],
    ['a space in the target', 400, `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
    ['a method in small letters', 400, `get /a HTTP/1.1\r\n${HOST}\r\n`],
    ['a method that does not exist', 501, `BREW /a HTTP/1.1\r\n${HOST}\r\n`],
    ['HTTP/2', 505, 'PRI * HTTP/2.0\r\n\r\n'],
    ['no Host', 400, 'GET /a HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, field('Host: here')],
    ['a Host with a path', 400, 'GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a space before the colon', 400, field('X : y')],
    ['a line that continues the one before', 400, field('X: y\r\n z')],
    ['a first line that continues nothing', 400, `GET /a HTTP/1.1\r\n x: y\r\n${HOST}\r\n`],
    ['a line without a colon', 400, field('Nothing')],
    ['a field without a name', 400, field(': x')],
    ['a NUL in a field', 400, field('X: a\0b')],
    ['a lone carriage return in a field', 400, field('X: a\rb')],
    ['line ends of both kinds', 400, `GET /a HTTP/1.1\r\nHost: x\nX: y\r\n\r\n`],
    ['a head that ends otherwise than its lines', 400, `${START}\n`],
    ['two lengths', 400, field('Content-Length: 1\r\nContent-Length: 2')],
    ['the same length twice', 400, field('Content-Length: 1\r\nContent-Length: 1')],
    ['a list of lengths', 400, field('Content-Length: 1, 1')],
    ['a length with a sign', 400, field('Content-Length: +1')],
    ['a length in hexadecimal', 400, field('Content-Length: 0x1')],
    ['an empty length', 400, field('Content-Length:')],
    ['a length of no-break space', 400, field('Content-Length: 1\xa0')],
    ['a length and chunks', 400, field('Content-Length: 1\r\nTransfer-Encoding: chunked')],
    ['chunks in HTTP/1.0', 400, 'GET /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['another coding', 501, field('Transfer-Encoding: gzip, chunked')],
    ['chunks twice', 501, field('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked')],
    ['a disguised coding', 501, field('Transfer-Encoding: xchunked')],
    ['too long a body', 413, field(`Content-Length: ${MAX_BODY_BYTES + 1}`)],
    ['an expectation it cannot meet', 417, field('Expect: wonders')],
    [
      'another method that asks before it sends',
      405,
      `PUT /a HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`,
    ],
    ['a tunnel', 405, `CONNECT here:1 HTTP/1.1\r\n${HOST}\r\n`],
    ['a tunnel with a body', 405, `CONNECT here:1 HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\n`],
    ['too long a target', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`],
    ['too long a target that has no end yet', 414, `GET /${'a'.repeat(9000)}`],
    ['too long a field', 431, field(`X: ${'a'.repeat(17_000)}`)],
    ['too long a field that has no end yet', 431, `${START}X: ${'a'.repeat(17_000)}`],
    ['too many fields', 431, field('X: y\r\n'.repeat(101).slice(0, -2))],
    ['too many empty lines', 414, '\r\n'.repeat(5000)],
  ] as const) {
    it(`${what} with ${status}, and what follows`, () =>
      assert.deepEqual(read(text + NEXT), [status]));
  }

  const chunks = `${START}Transfer-Encoding: chunked\r\n\r\n`;
  for (const [what, status, text] of [
    ['a chunk without a size', 400, '\r\n'],
    ['a size that is no number', 400, 'x\r\n'],
    ['a size with a prefix', 400, '0x3\r\nabc\r\n'],
    ['a negative size', 400, '-1\r\n'],
    ['a size before a space', 400, '3 \r\nabc\r\n'],
    ['a size that ends in a bare newline', 400, '3\nabc\r\n'],
    ['a chunk that ends in a bare newline', 400, '3\r\nabc\n0\r\n\r\n'],
    ['a chunk longer than its size', 400, '3\r\nabcd\r\n'],
    ['an enormous size', 413, `ffffffff\r\n${'a'.repeat(MAX_BODY_BYTES + 1)}`],
    ['endless extensions', 413, `1;${'x'.repeat(5000)}\r\na\r\n`.repeat(220)],
    ['a trailer that is no field', 400, '0\r\nX : y\r\n\r\n'],
  ] as const) {
    it(`${what} with ${status}`, () => assert.deepEqual(read(chunks + text), [status]));
  }
});

describe('the parser', () => {
  it('reports whether it is in the middle of a request', () => {
    const parser = new RequestParser();
    assert.equal(parser.isWithin(), false);
    for (const part of [
      'G',
      'ET / HTTP/1.0\r',
      '\n',
      'X: y\r\n',
      'Content-Length: 2\r\n\r\n',
      'a',
    ]) {
      assert.deepEqual(parser.read(Buffer.from(part)), []);
      assert.equal(parser.isWithin(), true);
    }
    assert.equal(parser.read(Buffer.from('b')).length, 1);
    assert.equal(parser.isWithin(), false);
  });

  it('keeps a connection open as its version and its Connection field demand', () => {
    const keeps = (version: string, fields = '') => {
      const [message] = new RequestParser().read(
        Buffer.from(`GET / HTTP/${version}\r\nHost: x\r\n${fields}\r\n`),
      );
      return message?.kind === 'request' && message.keepAlive;
    };
    assert.equal(keeps('1.1'), true);
    assert.equal(keeps('1.1', 'Connection: close\r\n'), false);
    assert.equal(keeps('1.1', 'Connection: Upgrade, Close\r\n'), false);
    assert.equal(keeps('1.1', 'Connection: closed\r\n'), true);
    assert.equal(keeps('1.0'), false);
    assert.equal(keeps('1.0', 'Connection: Keep-Alive\r\n'), true);
    assert.equal(keeps('1.0', 'Connection: keep-alive\r\nConnection: close\r\n'), false);
  });

  it('keeps little more memory than the bytes of a head that comes byte by byte', () => {
    const parsers = Array.from({ length: 20 }, () => new RequestParser());
    const bytes = 15_000;
    const beforeBytes = heapBytes();
    for (const parser of parsers) {
      parser.read(Buffer.from(`${START}X: `));
      for (let sent = 0; sent < bytes; sent++) assert.deepEqual(parser.read(BYTE), []);
    }
    const eachBytes = (heapBytes() - beforeBytes) / parsers.length;
    assert.ok(eachBytes < 6 * bytes, `${eachBytes} bytes for ${bytes}`);
    for (const parser of parsers) assert.ok(parser.isWithin());
  });
});

const BYTE = Buffer.from('a');
