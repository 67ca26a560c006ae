import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { longest, p50, p99, percentile, valueOf } from '../../../bench/analysis/measures.js';
import { measuredLoad, workValues } from '../../../bench/analysis/measured.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import type { LoadResult } from '../../../bench/generator/protocol/results.js';
import { Histogram } from '../../../src/base/histogram.js';
import { roundOf } from '../../support/bench/samples.js';

/** Equal within the bucket's width of 1/128. */
const near = (value: number | undefined, expected: number) =>
  assert.ok(
    value !== undefined && Math.abs(value / expected - 1) < 0.01,
    `${value} is not ${expected}`,
  );

describe('percentiles of a closed loop', () => {
  // 500 answers of 2 ms in a window of a second.
  const round = (clientsServed: number, clientsWaiting: number, requests = 500) =>
    roundOf(1, requests, { values: { clientsServed, clientsWaiting } });

  it('are those of the answers if all clients were served', () => {
    near(p99.of(round(2, 0)), 2e6);
    near(longest().of(round(2, 0)), 2e6);
  });

  it('give each client the same weight: if three of four had no answer, the median is one of them', () => {
    near(p50.of(round(1, 3)), 1e9);
    near(percentile(20).of(round(1, 3)), 2e6);
  });

  it('have a served client as median if most were served', () => {
    near(p50.of(round(3, 1)), 2e6);
    near(p99.of(round(3, 1)), 1e9);
  });

  it('are as long as the window if no client was served, and unknown without clients', () => {
    near(p50.of(round(0, 4, 0)), 1e9);
    assert.equal(p50.of(round(0, 0, 0)), undefined);
  });

  it('are lower bounds if they fall on a client without an answer', () => {
    const isAtLeast = (percent: number, ...rounds: ReturnType<typeof round>[]) =>
      percentile(percent).isAtLeast?.(rounds);
    assert.equal(isAtLeast(20, round(1, 3)), false);
    assert.equal(isAtLeast(30, round(1, 3)), true);
    assert.equal(longest().isAtLeast?.([round(2, 0)]), false);
    assert.equal(longest().isAtLeast?.([round(2, 0), round(1, 1)]), true);
    assert.equal(percentile(99, 'short').isAtLeast, undefined);
  });

  it('are lower bounds if an open loop dropped so many requests', () => {
    const dropping = (dropped: number) => roundOf(1, 500, { values: { dropped } });
    assert.equal(percentile(99).isAtLeast?.([dropping(5)]), false);
    assert.equal(percentile(99).isAtLeast?.([dropping(6)]), true);
    assert.equal(percentile(99).isAtLeast?.([dropping(0), dropping(20)]), true);
    assert.equal(longest().isAtLeast?.([dropping(1)]), true);
  });

  it('have the same weights over all rounds as in one', () => {
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

  it('counts waiting clients as clients, however many errors there were', () => {
    assert.equal(measuredLoad({ ...result, clientsWaiting: 5 }).values.clientsWaiting, 5);
    const errors = { ...noErrors(), refused: 200 };
    assert.equal(measuredLoad({ ...result, errors, clientsWaiting: 63 }).values.clientsWaiting, 63);
  });

  it('has no waiting clients if the generator did not count them', () => {
    assert.equal(measuredLoad(result).values.clientsWaiting, undefined);
  });
});

describe('valueOf', () => {
  it('reads a value by its name, and a misspelt name does not compile', () => {
    const about = { label: 'a value', format: String };
    assert.equal(valueOf('requestsPerSecond', about).of(roundOf(1, 500)), 500);
    // @ts-expect-error The name lacks an s.
    assert.equal(valueOf('requestPerSecond', about).of(roundOf(1, 500)), undefined);
    // @ts-expect-error There are no latencies of this name.
    assert.equal(percentile(50, 'shorts').of(roundOf(1, 500)), undefined);
  });
});

describe('the cost of a request', () => {
  const idle = { workersNs: [], waitedNs: 0, involuntary: 0 };
  const load = (serverThreads: LoadResult['serverThreads'], serverCpuShare = 0.1): LoadResult => ({
    ...loadOf(1000),
    ...{ seconds: 1, serverCpuShare, ...(serverThreads && { serverThreads }) },
  });

  it('is the time and the switches of all threads, divided by the requests', () => {
    const values = workValues(load({ ...idle, ranNs: 1e8, voluntary: 2000 }), undefined);
    assert.deepEqual(
      [values.cpuUsPerRequest, values.voluntaryPerRequest, values.workersJain],
      [100, 2, undefined],
    );
  });

  it('has no switches if threads ended, whose time only the process remembers', () => {
    const values = workValues(load({ ...idle, ranNs: 1e7, voluntary: 20 }, 0.5), undefined);
    assert.equal(values.cpuUsPerRequest, 500);
    assert.equal(values.voluntaryPerRequest, undefined);
  });

  it('tells how evenly the workers were busy, and ignores other threads', () => {
    const shared = { ...idle, ranNs: 1e8, voluntary: 0, workersNs: [5e7, 5e7, 1e4] };
    assert.equal(workValues(load(shared), 2).workersJain, 1);
    near(workValues(load({ ...shared, workersNs: [1e8, 0, 0] }), 2).workersJain, 0.5);
  });

  it('is unknown without samples', () => {
    assert.deepEqual(workValues(load(undefined), 2), {});
  });
});

function loadOf(requests: number): LoadResult {
  return {
    ...{ kind: 'loaded', requests, seconds: 1, generatorCpuShare: 0.5, errors: noErrors() },
    ...{ clientsServed: 1, clientsUnanswered: 0, jain: 1, latency: new Histogram().toJSON() },
  };
}
