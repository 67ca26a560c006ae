import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { Site } from '../../../src/services/web/answer.js';
import { Conversation } from '../../../src/services/web/conversation.js';
import { runs } from '../../properties/arbitraries.js';
import { FakeConnection, type Manner } from '../../support/fake-connection.js';
import { heapBytes } from '../../support/heap.js';
import { get, withoutDates } from '../../support/http.js';
import { makeSite } from '../../support/site.js';

const MANNERS: readonly Manner[] = ['values', 'promises'];

/** Requests that each have an answer, valid or not. */
const ANSWERED = [
  get('/a.txt'),
  get('/none'),
  get('/..'),
  get('/a.txt', '', 'HEAD'),
  get('/sub'),
  get('/sub/'),
  get('/big.bin', 'Range: bytes=100000-200000\r\n'),
  get('/a.txt', 'Content-Length: 4\r\n', 'POST') + '\r\n\r\n',
  `\r\n${get('/', 'Transfer-Encoding: chunked\r\n')}3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n`,
  get('/a.txt', 'Expect: 100-continue\r\nContent-Length: 1\r\n') + 'x',
  'GET /a.txt HTTP/1.0\nConnection: keep-alive\n\n',
];
/** Requests that end a conversation. */
const LAST = [
  '',
  'GET /a.txt HTTP/1.0\r\n\r\n',
  'nonsense\r\n\r\n',
  get('/', 'X : y\r\n'),
  get('/', 'Content-Length: -1\r\n'),
];

describe('a conversation', { timeout: 60_000 }, () => {
  const site = makeSite();
  after(() => site.remove());
  const served = new Site(site.root);

  async function answersTo(
    chunks: readonly Uint8Array[],
    manner: Manner = 'values',
  ): Promise<string> {
    const connection = new FakeConnection(chunks, manner);
    const conversation = new Conversation(connection, served);
    await connection.forEachChunk((chunk) => conversation.onChunk(chunk));
    return withoutDates(connection.sent);
  }

  it('keeps nothing of the requests that it has answered', async () => {
    const chunk = Buffer.from('HEAD /none HTTP/1.1\nHost: a\n\n'.repeat(2000));
    const before = heapBytes();
    const conversations: Conversation[] = [];
    for (let count = 0; count < 10; count++) {
      const conversation = new Conversation(new FakeConnection([], 'values'), served);
      await conversation.onChunk(chunk);
      conversations.push(conversation);
    }
    const eachBytes = (heapBytes() - before) / conversations.length;
    assert.ok(eachBytes < 64 * 1024, `${eachBytes} bytes`);
    for (const conversation of conversations) await conversation.onChunk(Buffer.from('x'));
  });

  it('gives the same answers wherever the requests are cut', async () => {
    const script = fc.record({
      requests: fc.array(fc.constantFrom(...ANSWERED), { minLength: 1, maxLength: 8 }),
      last: fc.constantFrom(...LAST),
      cuts: fc.array(fc.nat({ max: 1000 }), { maxLength: 12 }),
      manner: fc.constantFrom(...MANNERS),
    });
    await fc.assert(
      fc.asyncProperty(script, async ({ requests, last, cuts, manner }) => {
        const bytes = Buffer.from(requests.join('') + last);
        const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length].sort(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        const chunks = pieces.filter(({ length }) => length > 0);
        assert.equal(await answersTo(chunks, manner), await answersTo([bytes]));
      }),
      runs(200),
    );
  });

  it('gives the same answers when each byte arrives alone', async () => {
    const bytes = Buffer.from(ANSWERED.join(''));
    const single = Array.from(bytes, (byte) => Buffer.of(byte));
    const whole = await answersTo([bytes]);
    assert.equal(await answersTo(single), whole);
    assert.equal(whole.match(/HTTP\/1\.1 \d/g)?.length, ANSWERED.length + 1);
  });

  it('gives the same answers to requests in chunks of their own, also when they are repeated', async () => {
    const chunks = ANSWERED.flatMap((request) => [
      request,
      request,
      request.slice(0, 9),
      request.slice(9),
      request,
    ]);
    const whole = chunks.join('');
    for (const manner of MANNERS) {
      assert.equal(
        await answersTo(
          chunks.map((chunk) => Buffer.from(chunk)),
          manner,
        ),
        await answersTo([Buffer.from(whole)]),
      );
    }
  });

  it('counts empty lines before a repeated request as part of its head', async () => {
    const request = get('/a.txt');
    const emptyLines = '\r\n'.repeat(4095);
    const chunks = [request, request, emptyLines, request].map((chunk) => Buffer.from(chunk));
    const statuses = [...(await answersTo(chunks)).matchAll(/HTTP\/1\.1 (\d+)/g)];
    assert.deepEqual(
      statuses.map(([, status]) => status),
      ['200', '200', '414'],
    );
  });

  it('answers bytes of any kind, or waits for more, and never throws', async () => {
    const bytes = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(...ANSWERED).map((text) => Buffer.from(text)),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (chunks) => {
        assert.match(
          await answersTo(chunks.filter(({ length }) => length > 0)),
          /^(HTTP\/1\.1 [1-5]|$)/,
        );
      }),
      runs(300),
    );
  });

  it('answers a chunk of pipelined requests with one send', async () => {
    let sends = 0;
    const connection = new FakeConnection([Buffer.from(get('/a.txt').repeat(20))], 'values');
    const counting = Object.assign(Object.create(connection) as FakeConnection, {
      sendAll: (bytes: Uint8Array) => {
        sends++;
        return connection.sendAll(bytes);
      },
      yieldTurn: () => undefined,
    });
    const conversation = new Conversation(counting, served);
    await connection.forEachChunk((chunk) => conversation.onChunk(chunk));
    assert.equal(sends, 1);
  });

  it('gives the time of a request to each one that spans chunks, and to no other', async () => {
    const connection = new FakeConnection([], 'values');
    const conversation = new Conversation(connection, served);
    const take = (text: string) => Promise.resolve(conversation.onChunk(Buffer.from(text)));
    await take(get('/a.txt'));
    assert.deepEqual(connection.deadlines, []);
    await take(`${get('/a.txt')}GET /a.txt HT`);
    await take('TP/1.1\r\nHost: ');
    assert.deepEqual(connection.deadlines.splice(0), ['start request']);
    await take(`here\r\n\r\nGET`);
    assert.deepEqual(connection.deadlines.splice(0), ['start request']);
    await take(' /a.txt HTTP/1.1\r\nHost: here\r\n\r\n');
    assert.deepEqual(connection.deadlines.splice(0), ['end request']);
  });
});
