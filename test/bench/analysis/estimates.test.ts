import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  controlOf,
  findContender,
  measured,
  ratioOf,
  ratiosOf,
} from '../../../bench/analysis/estimates.js';
import { runs } from '../../properties/arbitraries.js';
import {
  caseOf,
  contenderOf,
  p99,
  rate,
  roundOf,
  threads,
} from '../../support/bench/experiment-samples.js';

describe('measured', () => {
  it('is the median over the rounds, with their interval', () => {
    const estimate = measured(contenderOf('a', [30, 10, 20]), rate);
    assert.deepEqual(estimate, { value: 20, low: 10, high: 30, rounds: 3 });
  });

  it('merges the histograms of all rounds', () => {
    // The 99th percentile of 102 requests is one of the 100 of the slow round; the rounds' own p99
    // have 1 µs in the middle.
    const rounds = [roundOf(1, 1, 1000), roundOf(2, 1, 1000), roundOf(3, 100, 9000)];
    const estimate = measured(contenderOf('a', [], { rounds }), p99);
    assert.deepEqual(estimate, { value: 9000, low: 1000, high: 9000, rounds: 3 });
  });

  it('extends the interval to the value over all rounds, on either side', () => {
    const over = (value: number) =>
      measured(contenderOf('a', [30, 10, 20]), { ...rate, over: () => value });
    assert.deepEqual(over(50), { value: 50, low: 10, high: 50, rounds: 3 });
    assert.deepEqual(over(5), { value: 5, low: 5, high: 30, rounds: 3 });
  });

  it('has no interval if no single round has a value', () => {
    const total = { ...threads, over: () => 7 };
    assert.deepEqual(measured(contenderOf('a', [1, 2]), total), {
      value: 7,
      low: 7,
      high: 7,
      rounds: 0,
    });
  });

  it('is undefined without a value, and without rounds', () => {
    assert.equal(measured(contenderOf('a', [1]), threads), undefined);
    assert.equal(measured(contenderOf('a', []), rate), undefined);
    assert.equal(measured(contenderOf('a', []), { ...rate, over: () => 7 }), undefined);
    assert.equal(measured(contenderOf('a', [1]), { ...rate, over: () => undefined }), undefined);
  });
});

describe('ratioOf', () => {
  it('divides within each round, so that a machine that halves its speed changes no ratio', () => {
    const result = caseOf([
      contenderOf('threads', [80, 40, 80]),
      contenderOf('event-loop', [100, 50, 100]),
    ]);
    const ratio = ratioOf(result, rate, 'threads', 'event-loop');
    assert.deepEqual(ratio, { value: 0.8, low: 0.8, high: 0.8, rounds: 3 });
  });

  it('is the median of the ratios, not the ratio of the medians', () => {
    const result = caseOf([contenderOf('a', [10, 20, 90]), contenderOf('b', [10, 40, 30])]);
    assert.deepEqual(ratioOf(result, rate, 'a', 'b'), { value: 1, low: 0.5, high: 3, rounds: 3 });
  });

  it('compares only rounds that both have, by their number', () => {
    const late = contenderOf('late', [], { rounds: [roundOf(2, 30)] });
    assert.deepEqual(
      ratiosOf(caseOf([late, contenderOf('b', [10, 60])]), rate, 'late', 'b'),
      [0.5],
    );
  });

  it('is undefined relative to a server that answered nothing or did not take part', () => {
    const result = caseOf([contenderOf('a', [10]), contenderOf('nobody', [0])]);
    assert.equal(ratioOf(result, rate, 'a', 'nobody'), undefined);
    assert.equal(ratioOf(result, rate, 'a', 'absent'), undefined);
    assert.equal(ratioOf(result, rate, 'absent', 'a'), undefined);
    assert.equal(ratioOf(result, rate, 'nobody', 'a')?.value, 0);
  });

  it('does not change when both sides are scaled, round by round', () => {
    const values = fc.double({ min: 1, max: 1e6, noNaN: true });
    // Powers of two, whose products are exact.
    const round = fc.tuple(values, values, fc.constantFrom(0.25, 1, 8));
    const property = fc.property(fc.array(round, { minLength: 1, maxLength: 10 }), (rounds) => {
      const [plain, scaled] = [false, true].map((isScaled) => {
        const side = (name: string, pick: 0 | 1) =>
          contenderOf(
            name,
            rounds.map((one) => one[pick] * (isScaled ? one[2] : 1)),
          );
        return ratioOf(caseOf([side('a', 0), side('b', 1)]), rate, 'a', 'b');
      });
      assert.deepEqual(scaled, plain);
    });
    fc.assert(property, runs(100));
  });
});

describe('controlOf', () => {
  it('divides the control by the original', () => {
    const control = contenderOf('event-loop again', [90], { kind: 'control' });
    const result = caseOf([contenderOf('event-loop', [100]), control]);
    assert.equal(controlOf(result, rate, 'event-loop')?.value, 0.9);
    assert.equal(
      controlOf(caseOf([contenderOf('event-loop', [100])]), rate, 'event-loop'),
      undefined,
    );
  });
});

describe('findContender', () => {
  it('finds by name', () => {
    const result = caseOf([contenderOf('a', [1]), contenderOf('b', [2])]);
    assert.equal(findContender(result, 'b'), result.contenders[1]);
    assert.equal(findContender(result, 'c'), undefined);
  });
});
