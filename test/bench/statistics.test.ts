import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noErrors } from '../../bench/protocol.js';
import { clientsByLittle, ratioOf, spreadOf, summarise } from '../../bench/statistics.js';
import { caseOf, contenderOf, roundOf } from './samples.js';

describe('spreadOf', () => {
  it('takes the middle of an odd number and the mean of the two middle ones of an even number', () => {
    assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
    assert.deepEqual(spreadOf([4, 1, 2, 10]), { median: 3, min: 1, max: 10 });
  });

  it('sorts by value, not by text', () => {
    assert.equal(spreadOf([9, 10, 100])?.median, 10);
  });

  it('has nothing to say about nothing', () => {
    assert.equal(spreadOf([]), undefined);
  });
});

describe('ratioOf', () => {
  it('divides within each round, so that a machine that halves its speed changes no ratio', () => {
    const result = caseOf([contenderOf('threads', [80, 40, 80]), contenderOf('event-loop', [100, 50, 100])]);
    assert.deepEqual(ratioOf(result, 'threads', 'event-loop'), { median: 0.8, min: 0.8, max: 0.8 });
  });

  it('is the median of the ratios, not the ratio of the medians', () => {
    const result = caseOf([contenderOf('a', [10, 20, 90]), contenderOf('b', [10, 40, 30])]);
    assert.deepEqual(ratioOf(result, 'a', 'b'), { median: 1, min: 0.5, max: 3 });
  });

  it('compares only rounds that both have, by their number', () => {
    const late = { ...contenderOf('late', []), rounds: [roundOf(2, 30)] };
    assert.deepEqual(ratioOf(caseOf([late, contenderOf('b', [10, 60])]), 'late', 'b'), {
      median: 0.5,
      min: 0.5,
      max: 0.5,
    });
  });

  it('takes rates, not counts, where rounds differ in length', () => {
    const long = { ...contenderOf('long', []), rounds: [roundOf(1, 20, { seconds: 2 })] };
    assert.equal(ratioOf(caseOf([long, contenderOf('b', [10])]), 'long', 'b')?.median, 1);
  });

  it('is unknown beside a server that served nobody or was not there', () => {
    const result = caseOf([contenderOf('a', [10]), contenderOf('nobody', [0])]);
    assert.equal(ratioOf(result, 'a', 'nobody'), undefined);
    assert.equal(ratioOf(result, 'a', 'absent'), undefined);
    assert.equal(ratioOf(result, 'nobody', 'a')?.median, 0);
  });
});

describe('summarise', () => {
  it('merges latencies, adds errors, and takes the fewest clients served', () => {
    const rounds = [
      roundOf(1, 2, { errors: { ...noErrors(), reset: 1 } }),
      roundOf(2, 4, { errors: { ...noErrors(), timeout: 2 }, clientsServed: 1 }),
    ];
    const summary = summarise({ name: 'a', kind: 'peer', rounds });
    assert.equal(summary?.latency.count, 6);
    assert.equal(summary.errors, 3);
    assert.equal(summary.clientsServed, 1);
    assert.equal(summary.requestsPerSecond, 3);
    assert.equal(summary.rssBytes, undefined);
  });

  it('has nothing to say about a contender that never ran', () => {
    assert.equal(summarise({ name: 'a', kind: 'peer', skipped: 'no tool', rounds: [] }), undefined);
  });
});

describe('clientsByLittle', () => {
  it('finds two clients where a thousand requests of 2 ms were served in a second', () => {
    assert.equal(clientsByLittle(contenderOf('a', [1000, 1000])), 2);
  });
});
