import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asBuffer, forEachText, reply } from '../../src/connection/text.js';
import { FakeConnection, type Manner } from '../support/fake-connection.js';
import { Random } from '../support/random.js';

const ROUNDS = 200;
const MANNERS: readonly Manner[] = ['values', 'promises'];
const CHARACTERS = ['a', '\n', '\0', 'é', 'ß', '€', '文', '😀', '𐐨', '\u0301'];

describe('forEachText', () => {
  for (const manner of MANNERS) {
    it(`gives the same text however its bytes are cut, with ${manner}`, async () => {
      const random = new Random(1);
      for (let round = 0; round < ROUNDS; round++) {
        const text = Array.from({ length: random.below(40) }, () => random.pick(CHARACTERS)).join(
          '',
        );
        const connection = new FakeConnection(random.cut(Buffer.from(text)), manner);
        const pieces: string[] = [];
        await forEachText(connection, (piece) => {
          pieces.push(piece);
          return random.below(2) === 0 ? undefined : Promise.resolve(undefined);
        });
        assert.equal(pieces.join(''), text);
        assert.ok(!pieces.includes(''), 'no piece is empty');
      }
    });

    it(`accepts all bytes, with ${manner}`, async () => {
      const random = new Random(2);
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = Buffer.from(
          Array.from({ length: random.below(40) }, () => random.below(256)),
        );
        let text = '';
        await forEachText(new FakeConnection(random.cut(bytes), manner), (piece) => {
          text += piece;
          return undefined;
        });
        const valid = (piece: string) => piece.replaceAll('\ufffd', '');
        assert.equal(valid(text), valid(bytes.toString()));
      }
    });

    it(`reads nothing after stop, with ${manner}`, async () => {
      const connection = new FakeConnection(
        [Buffer.from('a'), Buffer.from('b'), Buffer.from('c')],
        manner,
      );
      const pieces: string[] = [];
      await forEachText(connection, (piece) => {
        pieces.push(piece);
        return piece === 'b' ? 'stop' : undefined;
      });
      assert.deepEqual(pieces, ['a', 'b']);
      assert.equal(connection.unreadChunks, 1);
    });

    it(`drops an incomplete character after stop, with ${manner}`, async () => {
      const connection = new FakeConnection([Buffer.from([0x61, 0xc3])], manner);
      const pieces: string[] = [];
      await forEachText(connection, (piece) => {
        pieces.push(piece);
        return manner === 'values' ? 'stop' : Promise.resolve('stop');
      });
      assert.deepEqual(pieces, ['a']);
    });
  }

  it('gives one replacement character for one that stays incomplete', async () => {
    const pieces: string[] = [];
    await forEachText(new FakeConnection([Buffer.from('😀').subarray(0, 3)], 'values'), (piece) => {
      pieces.push(piece);
      return undefined;
    });
    assert.deepEqual(pieces, ['\ufffd']);
  });

  it('passes on what the callback throws, synchronously or later', async () => {
    const connection = () => new FakeConnection([Buffer.from('a')], 'values');
    const failure = new Error('no');
    await assert.rejects(
      forEachText(connection(), () => {
        throw failure;
      }),
      failure,
    );
    await assert.rejects(
      forEachText(connection(), () => Promise.reject(failure)),
      failure,
    );
  });
});

describe('reply', () => {
  it('sends text as UTF-8', async () => {
    const connection = new FakeConnection([], 'values');
    await reply(connection, 'žluť\n');
    assert.equal(connection.sent, 'žluť\n');
  });
});

describe('asBuffer', () => {
  it('is a view of the same memory', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    const buffer = asBuffer(bytes);
    bytes[0] = 9;
    assert.deepEqual([...buffer], [9, 3]);
    assert.equal(asBuffer(buffer), buffer);
  });
});
