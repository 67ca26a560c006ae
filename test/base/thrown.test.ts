import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeThrown } from '../../src/base/thrown.js';
import { oddities } from '../fixtures/oddities.js';

describe('a thrown value in words', () => {
  for (const [name, make] of Object.entries(oddities)) {
    it(`has a short text and never throws: ${name}`, () => {
      const described = describeThrown(make());
      assert.ok(described.message.length > 0);
      assert.ok(JSON.stringify(described).length < 20_000);
    });
  }

  it('is the error, where that is one', () => {
    const { type, message, stack } = describeThrown(new RangeError('too far'));
    assert.deepEqual([type, message], ['RangeError', 'too far']);
    assert.match(stack ?? '', /thrown\.test/);
    assert.deepEqual(describeThrown(null), { type: 'object', message: 'null' });
  });
});
