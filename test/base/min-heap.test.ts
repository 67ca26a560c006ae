import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MinHeap } from '../../src/base/min-heap.js';

describe('MinHeap', () => {
  it('gives its values back in order, also when values are added in between', () => {
    const additions = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 5 }));
    const property = fc.property(additions, (rounds) => {
      const heap = new MinHeap<number>((value) => value);
      let expected: number[] = [];
      for (const added of rounds) {
        for (const value of added) heap.push(value);
        expected = [...expected, ...added].sort((a, b) => a - b);
        assert.equal(heap.first, expected[0]);
        assert.equal(heap.pop(), expected.shift());
      }
      while (expected.length > 0) assert.equal(heap.pop(), expected.shift());
      assert.equal(heap.pop(), undefined);
    });
    fc.assert(property);
  });
});
