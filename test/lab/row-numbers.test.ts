/** The longest wait since a viewer's command, which the numbers of the last seconds forget. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RowNumbers } from '../../src/lab/numbers/row-numbers.js';

const since = (numbers: RowNumbers, waitsMs: readonly number[] = []) =>
  numbers.shown(waitsMs).longestSinceCommandMs;

describe('the longest wait since a command', () => {
  it('stays when newer answers are faster, and when the server is gone', () => {
    const numbers = new RowNumbers();
    for (const latencyMs of [40, 700, 5]) numbers.onAnswer(latencyMs);
    numbers.clear();
    assert.deepEqual([since(numbers), numbers.shown([]).longestMs], [700, 0]);
  });

  it('counts waits that are not over, and those that end without an answer', () => {
    const numbers = new RowNumbers();
    assert.equal(since(numbers, [30, 900]), 900);
    assert.equal(since(numbers), 900);
    numbers.measure(1000, { pid: undefined, waitsMs: [1200], isWatched: false });
    assert.equal(since(numbers), 1200);
  });

  it('begins anew with a command, also for a client that waits on', () => {
    const numbers = new RowNumbers();
    numbers.onAnswer(700);
    numbers.onCommand();
    assert.equal(since(numbers), 0);
    assert.equal(since(numbers, [300]), 300);
  });
});
