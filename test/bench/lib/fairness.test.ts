import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jainIndex } from '../../../bench/lib/fairness.js';

describe("Jain's index", () => {
  it('is 1 when all clients get the same', () => {
    assert.equal(jainIndex([7]), 1);
    assert.equal(jainIndex([3, 3, 3, 3]), 1);
    assert.equal(jainIndex(new Uint32Array(1000).fill(4_000_000_000)), 1);
  });

  it('is k/n when k of n share everything evenly', () => {
    assert.equal(jainIndex([5, 0]), 1 / 2);
    assert.equal(jainIndex([0, 9, 0, 9, 0, 9, 0, 0]), 3 / 8);
    assert.equal(jainIndex([0, 0, 0, 0, 1]), 1 / 5);
  });

  it('equals values computed by hand', () => {
    // (1 + 2 + 3)² / (3 · (1 + 4 + 9)) = 36 / 42
    assert.equal(jainIndex([1, 2, 3]), 6 / 7);
    // (10 + 10 + 20 + 40)² / (4 · (100 + 100 + 400 + 1600)) = 6400 / 8800
    assert.equal(jainIndex([10, 10, 20, 40]), 8 / 11);
  });

  it('depends on neither unit nor order', () => {
    assert.equal(jainIndex([1, 2, 5]), jainIndex([500, 100, 200]));
  });

  it('is 0 without clients, and when no client got anything', () => {
    assert.equal(jainIndex([0, 0, 0]), 0);
    assert.equal(jainIndex([]), 0);
  });
});
