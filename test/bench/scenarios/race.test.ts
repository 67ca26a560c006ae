/** Counting in shared memory. The losses are chance, so the tests assert only what always holds. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseResult } from '../../../bench/analysis/experiment.js';
import { Racers } from '../../../bench/race/race.js';
import type { Way } from '../../../bench/race/worker.js';
import { race } from '../../../bench/scenarios/race.js';

const BRIEFLY_MS = 10;

async function racing(threads: number, way: Way) {
  const racers = new Racers(threads);
  try {
    return [await racers.race(way, BRIEFLY_MS), await racers.race(way, BRIEFLY_MS)];
  } finally {
    await racers.stop();
  }
}

describe('threads that count in shared memory', { timeout: 30_000 }, () => {
  for (const way of ['Atomics.add', 'lock'] as const) {
    it(`lose nothing with ${way}, race after race`, async () => {
      for (const { increments, lost, seconds } of await racing(2, way)) {
        assert.equal(lost, 0);
        assert.ok(increments >= 2000 && seconds > 0, `${increments} in ${seconds} s`);
      }
    });
  }

  it('lose nothing with a plain increment in a single thread', async () => {
    for (const { increments, lost } of await racing(1, 'plain increment')) {
      assert.equal(lost, 0);
      assert.ok(increments >= 1000);
    }
  });

  it('never count more than their increments with a plain increment', async () => {
    for (const { increments, lost } of await racing(2, 'plain increment'))
      assert.ok(lost >= 0 && lost < increments, `${lost} of ${increments}`);
  });
});

describe('the finding about a race', () => {
  const contender = (name: string, lost: readonly number[], nsPerIncrement: number) => ({
    name,
    kind: 'variant' as const,
    rounds: lost.map((some, index) => ({
      ...{ round: index + 1, turn: 1, latencies: {} },
      values: { increments: 1000, lost: some, lostShare: some / 1000, nsPerIncrement },
    })),
  });
  const seen = (...contenders: CaseResult['contenders']) =>
    race.seen({
      name: 'race',
      cases: [{ name: '2 threads', title: '', x: 2, contenders }],
      remarks: [],
    });

  it('is the sum over all rounds, and its share', () => {
    assert.equal(
      seen(contender('plain increment', [500, 300], 3), contender('Atomics.add', [0, 0], 30)),
      '2 threads: plain increment lost 800, 40 % of all (3.0 ns each), Atomics.add lost none (30.0 ns each).',
    );
  });

  it('reports a loss with Atomics', () => {
    assert.match(seen(contender('Atomics.add', [0, 1], 30)), /Atomics\.add lost 1 /);
  });

  it('says that nothing was measured without rounds', () => {
    assert.equal(seen(contender('plain increment', [], 3)), 'Nothing was measured.');
    assert.equal(race.seen({ name: 'race', cases: [], remarks: [] }), 'Nothing was measured.');
  });
});
