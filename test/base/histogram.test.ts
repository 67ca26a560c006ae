import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../src/base/histogram.js';

const PERCENTILES = [0, 1, 25, 50, 90, 99, 99.9, 100];

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** By definition: the smallest value that `percent` per cent do not exceed. */
function exactPercentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? NaN;
}

/** Whole numbers from 1 ns to 10 s, spread evenly on a log scale, the same in every run. */
function spreadValues(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.round(10 ** ((state / 2 ** 31) * 10));
  });
}

describe('Histogram', () => {
  it('gives every percentile within 1/128 above the exact one, from nanoseconds to seconds', () => {
    const values = spreadValues(20_000, 42);
    const histogram = histogramOf(values);
    for (const percent of PERCENTILES) {
      const exact = exactPercentile(values, percent);
      const given = histogram.percentile(percent);
      assert.ok(given >= exact, `p${percent}: ${given} is below ${exact}`);
      assert.ok(given <= exact * (1 + 1 / 128), `p${percent}: ${given} is too far above ${exact}`);
    }
  });

  it('is exact below 256 and at the borders of buckets', () => {
    for (const value of [
      0,
      1,
      127,
      128,
      255,
      257,
      511,
      1023,
      2 ** 31 - 1,
      2 ** 32 - 1,
      2 ** 40 - 1,
    ]) {
      assert.equal(histogramOf([value, 2 ** 42]).percentile(50), value);
    }
  });

  it('separates neighbours at the end of 31 bits', () => {
    const below = histogramOf([2 ** 31 - 1]).toJSON().buckets[0]?.[0] ?? NaN;
    const above = histogramOf([2 ** 31]).toJSON().buckets[0]?.[0] ?? NaN;
    assert.ok(below < above);
    assert.ok(above <= 2 ** 31 * (1 + 1 / 128));
  });

  it('merges to the same result as recording everything in one', () => {
    const first = spreadValues(5000, 1);
    const second = spreadValues(3000, 2);
    const merged = histogramOf(first).merge(histogramOf(second));
    assert.deepEqual(merged.toJSON(), histogramOf([...first, ...second]).toJSON());
  });

  it('survives JSON', () => {
    const json = histogramOf(spreadValues(5000, 3)).toJSON();
    const copy: unknown = JSON.parse(JSON.stringify(json));
    assert.deepEqual(Histogram.fromJSON(copy as typeof json).toJSON(), json);
  });

  it('has the exact mean and maximum', () => {
    const histogram = histogramOf([1000, 2001, 3005]);
    assert.equal(histogram.meanNs, 2002);
    assert.equal(histogram.maxNs, 3005);
    assert.equal(histogram.count, 3);
  });

  it('is all zeros while empty, and changes nothing when merged', () => {
    const empty = new Histogram();
    assert.deepEqual(empty.toJSON(), { count: 0, sumNs: 0, minNs: 0, maxNs: 0, buckets: [] });
    assert.equal(empty.percentile(99), 0);
    assert.equal(histogramOf([5]).merge(empty).toJSON().minNs, 5);
  });

  it('counts a value beyond its range in the last bucket, and keeps the maximum', () => {
    const histogram = histogramOf([1e15]);
    assert.equal(histogram.count, 1);
    assert.equal(histogram.maxNs, 1e15);
  });

  it('tells what was recorded since an earlier state', () => {
    const histogram = new Histogram();
    for (const ns of [5, 100, 100]) histogram.record(ns);
    const earlier = histogram.toJSON();
    for (const ns of [100, 200]) histogram.record(ns);
    const since = histogram.since(earlier).toJSON();
    assert.deepEqual(since, {
      ...{ count: 2, sumNs: 300, minNs: 100, maxNs: 200 },
      buckets: [
        [100, 1],
        [200, 1],
      ],
    });
  });
});
