import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MaybePromise, Next } from '../../src/connection/connection.js';
import { forEachMessage } from '../../src/connection/lines.js';
import { FakeConnection, type Manner } from '../support/fake-connection.js';
import { Random } from '../support/random.js';

const ROUNDS = 300;
const LONG_ROUNDS = 60;
const MANNERS: readonly Manner[] = ['values', 'promises'];
const CHARACTERS = ['a', 'b', ' ', '\0', 'é', '€', '😀'];
const ENDS = ['\n', '\r\n', '\r', '\r\0', '\n\0\0'];
const MAX_LINE_BYTES = 4096;

/** The messages in these bytes, by a literal reading of the contract. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/^\0+|\0+$/g, ''));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function randomLines(random: Random): string {
  const line = () =>
    Array.from({ length: random.below(12) }, () => random.pick(CHARACTERS)).join('');
  const lines = Array.from({ length: random.below(8) }, () => line() + random.pick(ENDS));
  return lines.join('') + random.pick(['', 'no end']);
}

/**
 * Collects messages. Answers at random synchronously or later; returns stop at the given message.
 */
class Collector {
  readonly messages: string[] = [];
  readonly #random: Random;
  readonly #last: number;
  #busy = false;

  constructor(random: Random, last = Infinity) {
    this.#random = random;
    this.#last = last;
  }

  readonly use = (message: string): MaybePromise<Next> => {
    assert.ok(!this.#busy, 'the next message waits until this one is through');
    this.messages.push(message);
    const next = this.messages.length === this.#last ? 'stop' : undefined;
    if (this.#random.below(2) === 0) return next;
    this.#busy = true;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#busy = false;
        resolve(next);
      });
    });
  };
}

describe('forEachMessage by lines', () => {
  for (const manner of MANNERS) {
    it(`finds the same messages however the bytes are cut, with ${manner}`, async () => {
      const random = new Random(3);
      for (let round = 0; round < ROUNDS; round++) {
        const text = randomLines(random);
        const connection = new FakeConnection(random.cut(Buffer.from(text)), manner);
        const collector = new Collector(random);
        await forEachMessage(connection, 'line', collector.use);
        assert.deepEqual(collector.messages, linesOf(text), JSON.stringify(text));
        assert.equal(connection.sent, '');
      }
    });

    it(`uses no message after stop, with ${manner}`, async () => {
      const random = new Random(4);
      for (let round = 0; round < ROUNDS; round++) {
        const text = randomLines(random);
        const last = 1 + random.below(4);
        const connection = new FakeConnection(random.cut(Buffer.from(text)), manner);
        const collector = new Collector(random, last);
        await forEachMessage(connection, 'line', collector.use);
        assert.deepEqual(collector.messages, linesOf(text).slice(0, last), JSON.stringify(text));
      }
    });

    it(`refuses a line as soon as it is over the limit, however it is cut, with ${manner}`, async () => {
      const random = new Random(5);
      for (let round = 0; round < LONG_ROUNDS; round++) {
        const lineBytes = MAX_LINE_BYTES - 2 + random.below(5);
        const end = random.pick(['', ...ENDS]);
        const text = `before\n${'x'.repeat(lineBytes)}${end}`;
        const connection = new FakeConnection(random.cut(Buffer.from(text)), manner);
        const collector = new Collector(random);
        const breach = await forEachMessage(connection, 'line', collector.use);
        const tooLong = lineBytes > MAX_LINE_BYTES;
        assert.equal(breach, tooLong ? 'too long' : undefined);
        assert.equal(connection.sent, tooLong ? 'ERR line too long\n' : '');
        const messages = tooLong ? ['before'] : ['before', 'x'.repeat(lineBytes)];
        assert.deepEqual(collector.messages, messages);
      }
    });
  }

  it('drops a last line without an end if the client has not ended its side itself', async () => {
    for (const manner of MANNERS) {
      const connection = new FakeConnection([Buffer.from('one\ntwo')], manner);
      Object.defineProperty(connection, 'hasClientEnded', { value: false });
      const collector = new Collector(new Random(11));
      await forEachMessage(connection, 'line', collector.use);
      assert.deepEqual(collector.messages, ['one']);
    }
  });

  it('counts the bytes of a line, not its characters', async () => {
    const connection = new FakeConnection(
      [Buffer.from(`${'é'.repeat(2048)}\n${'é'.repeat(2049)}\n`)],
      'values',
    );
    const collector = new Collector(new Random(6));
    await forEachMessage(connection, 'line', collector.use);
    assert.deepEqual(collector.messages, ['é'.repeat(2048)]);
    assert.equal(connection.sent, 'ERR line too long\n');
  });

  for (const framing of ['line', 'chunk'] as const) {
    it(`lets the caller send the error about a ${framing} that is too long`, async () => {
      for (const later of [false, true]) {
        const connection = new FakeConnection([Buffer.alloc(MAX_LINE_BYTES + 1, 'x')], 'values');
        const refusals: string[] = [];
        const refuse = (text: string) => {
          refusals.push(text);
          return later ? Promise.resolve(undefined) : undefined;
        };
        await forEachMessage(connection, framing, () => assert.fail('no message'), {
          refuse,
        });
        assert.deepEqual(refusals, ['ERR line too long\n']);
        assert.equal(connection.sent, '');
      }
    });
  }

  it('reads nothing after a line over the limit', async () => {
    const connection = new FakeConnection(
      [Buffer.alloc(MAX_LINE_BYTES + 1, 'x'), Buffer.from('\nnext\n')],
      'values',
    );
    const collector = new Collector(new Random(7));
    await forEachMessage(connection, 'line', collector.use);
    assert.equal(connection.unreadChunks, 1);
    assert.deepEqual(collector.messages, []);
  });

  it('passes on what the callback throws, synchronously or later', async () => {
    const connection = () => new FakeConnection([Buffer.from('a\nb\n')], 'values');
    const failure = new Error('no');
    await assert.rejects(
      forEachMessage(connection(), 'line', () => {
        throw failure;
      }),
      failure,
    );
    await assert.rejects(
      forEachMessage(connection(), 'line', () => Promise.reject(failure)),
      failure,
    );
  });
});

describe('forEachMessage by chunks', () => {
  for (const manner of MANNERS) {
    it(`treats a chunk as a message and drops one line end and padding, with ${manner}`, async () => {
      const chunks = [
        'a',
        'b\n',
        'c\r\n',
        'd\ne\n',
        '\n',
        'f\n\n',
        'g\r',
        'h\0i\0\0',
        'j\n\0',
        '\0\0',
      ];
      const collector = new Collector(new Random(8));
      const connection = new FakeConnection(
        chunks.map((text) => Buffer.from(text)),
        manner,
      );
      await forEachMessage(connection, 'chunk', collector.use);
      assert.deepEqual(collector.messages, ['a', 'b', 'c', 'd\ne', '', 'f\n', 'g', 'h\0i', 'j']);
    });
  }

  it('accepts a chunk of 4,096 bytes and refuses a longer one, after which it reads nothing', async () => {
    const longest = 'x'.repeat(MAX_LINE_BYTES);
    const chunks = [longest, `${longest}\r\n`, `${longest}x`, 'next'].map((text) =>
      Buffer.from(text),
    );
    const connection = new FakeConnection(chunks, 'values');
    const collector = new Collector(new Random(9));
    await forEachMessage(connection, 'chunk', collector.use);
    assert.deepEqual(collector.messages, [longest, longest]);
    assert.equal(connection.sent, 'ERR line too long\n');
    assert.equal(connection.unreadChunks, 1);
  });

  it('counts the bytes of a chunk, not its characters', async () => {
    const chunks = ['é'.repeat(2048), 'é'.repeat(2049)].map((text) => Buffer.from(text));
    const connection = new FakeConnection(chunks, 'values');
    const collector = new Collector(new Random(10));
    await forEachMessage(connection, 'chunk', collector.use);
    assert.deepEqual(collector.messages, ['é'.repeat(2048)]);
    assert.equal(connection.sent, 'ERR line too long\n');
  });
});
