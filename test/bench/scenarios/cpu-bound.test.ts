import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuBound } from '../../../bench/scenarios/cpu-bound.js';
import { Histogram } from '../../../src/base/histogram.js';
import { caseOf, contenderOf, roundOf } from '../../support/bench/samples.js';

describe('the finding about jobs that compute', () => {
  const doing = (name: string, jobsPerSecond: number, ms: number, rounds = 5) => ({
    ...contenderOf(name, []),
    rounds: Array.from({ length: rounds }, (_, index) => {
      const short = new Histogram();
      short.record(ms * 1e6);
      return roundOf(index + 1, 1, {
        values: { jobsPerSecond },
        latencies: { short: short.toJSON() },
      });
    }),
  });
  const seen = (...contenders: ReturnType<typeof doing>[]) =>
    cpuBound.seen({ name: 'cpu-bound', cases: [caseOf(contenders)], remarks: [] });

  it('compares work and waiting, each round by round', () => {
    assert.equal(
      seen(doing('event-loop', 10, 400), doing('thread-per-client', 19, 4)),
      'thread-per-client did 1.90 times the work of the event loop (higher). ' +
        'p99 of the short requests was 4.00 ms on threads, 400 ms on the event loop. ' +
        "Round by round, threads had 0.010 of the event loop's p99 (lower).",
    );
  });

  it('has no verdict with four rounds', () => {
    assert.match(
      seen(doing('event-loop', 10, 400, 4), doing('thread-per-client', 19, 4, 4)),
      /event loop\. [^(]* Ratios without a verdict have too few rounds for one\.$/,
    );
  });

  it('has no sentence if one of the two is missing', () => {
    assert.equal(seen(doing('event-loop', 10, 400)), 'Nothing was measured.');
  });
});
