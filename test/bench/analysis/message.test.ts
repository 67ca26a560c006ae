/** The messages of a load as text: escape sequences there and back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { messageBytes, messageText } from '../../../bench/analysis/message.js';

const bytesOf = (text: string) => messageBytes(text, '--message');

describe('the message of a load', () => {
  it('has escape sequences for single bytes, and UTF-8 for all other text', () => {
    assert.deepEqual(bytesOf('a\\n\\r\\t\\\\\\x00\\xFF'), Buffer.from('610a0d095c00ff', 'hex'));
    assert.deepEqual(bytesOf('é€'), Buffer.from('é€'));
    assert.deepEqual(bytesOf(''), Buffer.alloc(0));
    assert.deepEqual(bytesOf('\\\\n'), Buffer.from('\\n'));
  });

  for (const text of ['\\', 'a\\', '\\q', '\\x', '\\x1', '\\xg0', '\\N', '\\0']) {
    it(`refuses ${text}`, () => {
      assert.throws(() => bytesOf(text), /^UsageError: --message knows \\n, .* and \\xNN, not \\/);
    });
  }

  it('is the same after it was written as text and read again', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = messageText(bytes);
        assert.match(text, /^[\x20-\x7e]*$/);
        assert.deepEqual(bytesOf(text), Buffer.from(bytes));
      }),
    );
  });
});
