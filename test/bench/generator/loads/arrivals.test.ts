/** Arrivals of an open loop: even, or a Poisson process that is the same for the same seed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  arrivalsOf,
  evenArrivals,
  poissonArrivals,
  randomNumbers,
  type Arrivals,
} from '../../../../bench/generator/loads/arrivals.js';

const RATE = 1000;
const MEAN_NS = 1e6;
const SECOND_NS = 1e9;
const SEEDS = [1, 2, 3, 4, 5];

const timesOf = (arrivals: Arrivals) =>
  Array.from({ length: arrivals.count }, (_, request) => arrivals.dueNs(request));

function gapsOf(seed: number, seconds: number): number[] {
  const times = timesOf(poissonArrivals(RATE, seconds * SECOND_NS, randomNumbers(seed)));
  return times.map((ns, index) => ns - (times[index - 1] ?? 0));
}

/** Kolmogorov and Smirnov: the largest distance between the empirical distribution and another. */
function distance(values: readonly number[], distribution: (value: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.reduce((most, value, index) => {
    const expected = distribution(value);
    const [below, above] = [index / sorted.length, (index + 1) / sorted.length];
    return Math.max(most, Math.abs(expected - below), Math.abs(above - expected));
  }, 0);
}

/** The bound that chance exceeds once in a thousand samples of this size. */
const boundFor = (count: number) => 1.95 / Math.sqrt(count);
const exponential = (ns: number) => 1 - Math.exp(-ns / MEAN_NS);

describe('even arrivals', () => {
  it('are one after each interval', () => {
    assert.deepEqual(timesOf(evenArrivals(10, SECOND_NS / 2)), [0, 1e8, 2e8, 3e8, 4e8]);
  });

  it('are what an open loop has unless it is asked for others', () => {
    const made = arrivalsOf({ requestsPerSecond: 10 })(SECOND_NS / 2);
    assert.deepEqual(timesOf(made), timesOf(evenArrivals(10, SECOND_NS / 2)));
  });
});

describe('Poisson arrivals', () => {
  it('have exponential gaps', () => {
    for (const seed of SEEDS) {
      const gaps = gapsOf(seed, 10);
      assert.ok(distance(gaps, exponential) < boundFor(gaps.length), `seed ${seed}`);
    }
  });

  it('are found not to be exponential if they are even or uniform: the test can fail', () => {
    const even = Array.from({ length: 10_000 }, () => MEAN_NS);
    assert.ok(distance(even, exponential) > boundFor(even.length));
    const random = randomNumbers(1);
    const uniform = Array.from({ length: 10_000 }, () => 2 * MEAN_NS * random());
    assert.ok(distance(uniform, exponential) > boundFor(uniform.length));
  });

  it('have independent gaps: the next is not longer or shorter after a long one', () => {
    for (const seed of SEEDS) {
      const gaps = gapsOf(seed, 10);
      const after = gaps.slice(1).filter((_, index) => (gaps[index] ?? 0) > MEAN_NS);
      assert.ok(distance(after, exponential) < boundFor(after.length), `seed ${seed}`);
    }
  });

  it('come in a number that varies like its mean', () => {
    const counts = Array.from({ length: 200 }, (_, seed) =>
      poissonArrivals(100, SECOND_NS, randomNumbers(seed)),
    ).map(({ count }) => count);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    assert.ok(Math.abs(mean - 100) < 3, `mean ${mean}`);
    assert.ok(variance > 70 && variance < 135, `variance ${variance}`);
  });

  it('are the same for the same seed, and others for another', () => {
    const made = (seed: number) =>
      timesOf(arrivalsOf({ requestsPerSecond: RATE, arrivals: 'poisson', seed })(SECOND_NS));
    assert.deepEqual(made(7), made(7));
    assert.notDeepEqual(made(7), made(8));
  });

  it('of the window are not those of the warm-up again', () => {
    const next = arrivalsOf({ requestsPerSecond: RATE, arrivals: 'poisson' });
    assert.notDeepEqual(timesOf(next(SECOND_NS)), timesOf(next(SECOND_NS)));
  });

  it('lie within the window, in order', () => {
    const times = timesOf(poissonArrivals(RATE, SECOND_NS, randomNumbers(1)));
    assert.ok(times.every((ns, index) => ns >= (times[index - 1] ?? 0) && ns < SECOND_NS));
  });

  it('are refused if their times would not fit into memory', () => {
    assert.throws(() => poissonArrivals(1e6, 600 * SECOND_NS, randomNumbers(1)), /limited to/);
  });
});
