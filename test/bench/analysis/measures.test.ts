import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longest, p50, p99, percentile } from '../../../bench/analysis/measures.js';
import { measuredLoad } from '../../../bench/analysis/measured.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import type { LoadResult } from '../../../bench/generator/protocol/results.js';
import { Histogram } from '../../../bench/lib/histogram.js';
import { roundOf } from '../../support/bench/samples.js';

/** Within the bucket's width of 1/128. */
const near = (value: number | undefined, expected: number) =>
  assert.ok(value !== undefined && Math.abs(value / expected - 1) < 0.01, `${value} is not ${expected}`);

describe('percentiles of a closed loop', () => {
  // 500 answers of 2 ms in a window of a second.
  const round = (clientsServed: number, clientsWaiting: number, requests = 500) =>
    roundOf(1, requests, { values: { clientsServed, clientsWaiting } });

  it('are those of the answers where everybody was served', () => {
    near(p99.of(round(2, 0)), 2e6);
    near(longest().of(round(2, 0)), 2e6);
  });

  it('give each client the same weight: of four of which three waited in vain, the median waited', () => {
    near(p50.of(round(1, 3)), 1e9);
    near(percentile(20).of(round(1, 3)), 2e6);
  });

  it('leave the median to the served where they are most', () => {
    near(p50.of(round(3, 1)), 2e6);
    near(p99.of(round(3, 1)), 1e9);
  });

  it('are as long as the window where nobody was served, and unknown where nobody was there', () => {
    near(p50.of(round(0, 4, 0)), 1e9);
    assert.equal(p50.of(round(0, 0, 0)), undefined);
  });

  it('are lower bounds as soon as they are of those who waited', () => {
    const isAtLeast = (percent: number, ...rounds: ReturnType<typeof round>[]) =>
      percentile(percent).isAtLeast?.(rounds);
    assert.equal(isAtLeast(20, round(1, 3)), false);
    assert.equal(isAtLeast(30, round(1, 3)), true);
    assert.equal(longest().isAtLeast?.([round(2, 0)]), false);
    assert.equal(longest().isAtLeast?.([round(2, 0), round(1, 1)]), true);
    assert.equal(percentile(99, 'short').isAtLeast, undefined);
  });

  it('weigh over all rounds as within one', () => {
    near(p50.over?.([round(1, 3), round(1, 3)]), 1e9);
    near(p50.over?.([round(3, 1), round(3, 1)]), 2e6);
  });
});

describe('measuredLoad', () => {
  const result: LoadResult = {
    kind: 'loaded',
    requests: 0,
    seconds: 1,
    errors: { ...noErrors(), reset: 1, timeout: 1 },
    clientsServed: 10,
    clientsUnanswered: 6,
    jain: 1,
    latency: new Histogram().toJSON(),
    generatorCpuShare: 0.5,
  };

  it('counts as waiting who got nothing and whose connection stood', () => {
    assert.equal(measuredLoad(result, 16).values['clientsWaiting'], 5);
    assert.equal(measuredLoad(result, 10).values['clientsWaiting'], 0);
  });

  it('does not know who waits where the loop is not closed', () => {
    assert.equal(measuredLoad(result).values['clientsWaiting'], undefined);
  });
});
