import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bootstrapMedian, expandedTail } from '../../../bench/analysis/bootstrap.js';
import {
  changeOfRatios,
  changeOfValues,
  estimateOf,
  isSteady,
  ratioEstimateOf,
  type Estimate,
} from '../../../bench/analysis/intervals.js';
import { runs } from '../../properties/arbitraries.js';
import { generator, standardNormal } from '../../support/bench/chance.js';

const mean = (a: number, b: number) => (a + b) / 2;
const rounds = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 12,
});
const close = (one: number | undefined, other: number) =>
  assert.ok(one !== undefined && Math.abs(one / other - 1) < 1e-9, `${one} is not ${other}`);

describe('bootstrapMedian', () => {
  it('gives the outcomes of 27 samples of three, counted by hand', () => {
    // The median of three draws is the smallest value in 7 of 27 samples: 1 with it thrice, 6 with
    // it twice.
    const counts = bootstrapMedian([30, 10, 20], mean).map(({ value, probability }) => [
      value,
      Math.round(probability * 27 * 1e9) / 1e9,
    ]);
    assert.deepEqual(counts, [
      [10, 7],
      [20, 13],
      [30, 7],
    ]);
  });

  it('agrees with all samples of four, drawn one by one', () => {
    const values = [1, 2, 4, 8];
    const counted = new Map<number, number>();
    for (const a of values)
      for (const b of values)
        for (const c of values)
          for (const d of values) {
            const sorted = [a, b, c, d].sort((x, y) => x - y);
            const median = mean(sorted[1] ?? 0, sorted[2] ?? 0);
            counted.set(median, (counted.get(median) ?? 0) + 1);
          }
    const given = new Map<number, number>();
    for (const { value, probability } of bootstrapMedian(values, mean)) {
      given.set(value, (given.get(value) ?? 0) + probability * 256);
    }
    assert.deepEqual([...given.keys()].sort(), [...counted.keys()].sort());
    for (const [value, count] of counted) close(given.get(value), count);
  });

  it('has probabilities that add up to one, whatever the number of rounds', () => {
    for (const n of [1, 2, 5, 20, 100]) {
      const outcomes = bootstrapMedian(
        Array.from({ length: n }, (_, index) => index),
        mean,
      );
      const sum = outcomes.reduce((total, { probability }) => total + probability, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, `${n} rounds: ${sum}`);
    }
  });
});

describe('expandedTail', () => {
  it("is R's pnorm(-sqrt(n / (n - 1)) * qt(0.975, n - 1))", () => {
    // qt(0.975, 4) = 2.776445, qt(0.975, 9) = 2.262157, qt(0.975, 19) = 2.093024.
    for (const [n, tail] of [
      [5, 0.000954],
      [10, 0.008551],
      [20, 0.015881],
    ] as const) {
      assert.ok(Math.abs(expandedTail(n) / tail - 1) < 0.005, `${n}: ${expandedTail(n)}`);
    }
  });
});

describe('estimateOf', () => {
  it('is the median, with the range of up to seven rounds as its interval', () => {
    assert.deepEqual(estimateOf([3, 1, 2]), { value: 2, low: 1, high: 3, rounds: 3 });
    assert.deepEqual(estimateOf([4, 1, 2, 10]), { value: 3, low: 1, high: 10, rounds: 4 });
    assert.deepEqual(estimateOf([7, 6, 5, 4, 3, 2, 1]), { value: 4, low: 1, high: 7, rounds: 7 });
  });

  it('leaves out the smallest and the largest of nine rounds', () => {
    const values = [-1000, 2, 3, 4, 5, 6, 7, 8, 1000];
    assert.deepEqual(estimateOf(values), { value: 5, low: 2, high: 8, rounds: 9 });
  });

  it('has no interval around a single round, and is undefined without rounds', () => {
    assert.deepEqual(estimateOf([5]), { value: 5, low: 5, high: 5, rounds: 1 });
    assert.equal(estimateOf([]), undefined);
    assert.equal(estimateOf([NaN]), undefined);
  });

  it('accepts infinite values', () => {
    assert.deepEqual(estimateOf([1, Infinity, Infinity]), {
      value: Infinity,
      low: 1,
      high: Infinity,
      rounds: 3,
    });
  });

  it('contains its value, and does not depend on the order of the rounds', () => {
    const property = fc.property(rounds, (values) => {
      const estimate = estimateOf(values) as Estimate;
      assert.ok(estimate.low <= estimate.value && estimate.value <= estimate.high);
      assert.deepEqual(estimateOf(values.toReversed()), estimate);
    });
    fc.assert(property, runs(200));
  });

  for (const [n, least, most] of [
    [5, 0.9, 0.975],
    [10, 0.93, 0.99],
    [20, 0.92, 0.985],
  ] as const) {
    for (const [name, draw] of [
      ['normal', standardNormal],
      ['log-normal', (random: () => number) => Math.exp(standardNormal(random)) - 1],
      // Symmetrical around the same median, with one round in ten far off.
      ['disturbed', (random: () => number) => standardNormal(random) * (random() < 0.1 ? 20 : 1)],
    ] as const) {
      it(`covers the true median of ${n} ${name} rounds in about 95 % of the runs`, () => {
        const random = generator(n);
        let covered = 0;
        for (let run = 0; run < 500; run++) {
          const { low, high } = estimateOf(
            Array.from({ length: n }, () => draw(random)),
          ) as Estimate;
          if (low <= 0 && 0 <= high) covered += 1;
        }
        assert.ok(covered / 500 >= least && covered / 500 <= most, `${covered} of 500`);
      });
    }
  }
});

describe('ratioEstimateOf', () => {
  it('takes the geometric mean of the two middle ratios', () => {
    assert.deepEqual(ratioEstimateOf([0.5, 2]), { value: 1, low: 0.5, high: 2, rounds: 2 });
    assert.equal(ratioEstimateOf([1, 4, 9, 100])?.value, 6);
  });

  it('gives the inverse when both sides are exchanged', () => {
    const property = fc.property(rounds, (ratios) => {
      const there = ratioEstimateOf(ratios) as Estimate;
      const back = ratioEstimateOf(ratios.map((ratio) => 1 / ratio)) as Estimate;
      close(back.value, 1 / there.value);
      close(back.low, 1 / there.high);
      close(back.high, 1 / there.low);
    });
    fc.assert(property, runs(200));
  });

  it('counts ratios of 0 as ratios, so that five of ten give 0', () => {
    const ratios = [0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5];
    assert.deepEqual(ratioEstimateOf(ratios), { value: 0, low: 0, high: 0.5, rounds: 10 });
    const inverse = ratios.map((ratio) => 1 / ratio);
    assert.deepEqual(ratioEstimateOf(inverse), {
      value: Infinity,
      low: 2,
      high: Infinity,
      rounds: 10,
    });
  });

  it('ignores NaN, and has 1 between 0 and Infinity', () => {
    assert.deepEqual(ratioEstimateOf([0, 0, NaN]), { value: 0, low: 0, high: 0, rounds: 2 });
    assert.equal(ratioEstimateOf([0, Infinity])?.value, 1);
  });
});

describe('changeOfValues', () => {
  it('finds a doubling, and its inverse the other way round', () => {
    const change = changeOfValues([10, 10, 10, 10, 10], [20, 20, 20, 20, 20]);
    assert.deepEqual(change, { value: 2, low: 2, high: 2, rounds: 5 });
    assert.equal(changeOfValues([20], [10])?.value, 0.5);
  });

  it('contains its value; exchanging the runs inverts it, another unit leaves it', () => {
    const property = fc.property(
      rounds,
      rounds,
      fc.constantFrom(2, 1024),
      (before, after, unit) => {
        const there = changeOfValues(before, after) as Estimate;
        assert.ok(there.low <= there.value * (1 + 1e-9) && there.value <= there.high * (1 + 1e-9));
        const back = changeOfValues(after, before) as Estimate;
        close(back.value, 1 / there.value);
        close(back.low, 1 / there.high);
        const scale = (values: readonly number[]) => values.map((value) => value * unit);
        assert.deepEqual(changeOfValues(scale(before), scale(after)), there);
      },
    );
    fc.assert(property, runs(100));
  });

  it('covers no change in at least 95 of 100 pairs of runs without one', () => {
    for (const change of [changeOfValues, changeOfRatios]) {
      const random = generator(1);
      const run = () => Array.from({ length: 5 }, () => Math.exp(standardNormal(random) / 20));
      let covered = 0;
      for (let pair = 0; pair < 300; pair++) {
        const { low, high } = change(run(), run()) as Estimate;
        if (low <= 1 && 1 <= high) covered += 1;
      }
      assert.ok(covered >= 285, `${covered} of 300`);
    }
  });

  it('sees no change between 0 and 0, and an infinite one between 0 and another value', () => {
    assert.equal(changeOfValues([0, 0], [0, 0])?.value, 1);
    assert.equal(changeOfValues([Infinity], [Infinity])?.value, 1);
    assert.equal(changeOfValues([0, 0], [1, 1])?.low, Infinity);
    assert.equal(changeOfValues([1, 1], [0, 0])?.high, 0);
  });

  it('is undefined if a value is negative or missing', () => {
    assert.equal(changeOfValues([-1], [1]), undefined);
    assert.equal(changeOfValues([], [1]), undefined);
  });
});

describe('isSteady', () => {
  it('needs five loads', () => {
    assert.equal(isSteady([100, 100, 100, 100]), false);
    assert.equal(isSteady([100, 100, 100, 100, 100]), true);
  });

  it('uses only the last five loads', () => {
    assert.equal(isSteady([10, 50, 100, 101, 99, 100, 100]), true);
    assert.equal(isSteady([100, 100, 100, 100, 100, 10]), false);
  });

  it('sees a slow rise or fall that hardly varies', () => {
    assert.equal(isSteady([100, 101, 102, 103, 104]), false);
    assert.equal(isSteady([104, 103, 102, 101, 100]), false);
    assert.equal(isSteady([100, 100.5, 101, 101.5, 102]), true);
  });

  it('accepts noise without a trend, but sees a trend within noise', () => {
    assert.equal(isSteady([100, 80, 100, 80, 100]), true);
    assert.equal(isSteady([60, 50, 80, 70, 100]), false);
  });

  it('counts zero throughput as steady', () => {
    assert.equal(isSteady([0, 0, 0, 0, 0]), true);
  });
});
