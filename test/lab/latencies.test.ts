/** Latencies of the last seconds, with those of clients that still wait. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Latencies, SLOT_MS } from '../../src/lab/numbers/latencies.js';

describe('the latencies of a row', () => {
  it('contain clients that have no answer yet, which are no answers', () => {
    const latencies = new Latencies(0);
    latencies.record(2);
    const numbers = latencies.take(SLOT_MS, [9000, 9000, 9000]);
    assert.equal(numbers.answersPerS, 2);
    assert.ok((numbers.p50Ms ?? 0) > 8000);
    assert.equal(numbers.longestMs, 9000);
  });

  it('are unknown without an answer and without a client that waits', () => {
    assert.deepEqual(new Latencies(0).take(SLOT_MS, []), { answersPerS: 0, longestMs: 0 });
  });

  it('forget what is older than the window', () => {
    const latencies = new Latencies(0);
    latencies.record(5000);
    for (let slot = 1; slot <= 10; slot++) latencies.take(slot * SLOT_MS, []);
    assert.equal(latencies.take(11 * SLOT_MS, []).longestMs, 0);
  });
});
