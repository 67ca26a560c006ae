/** The stages of a hand-off as rows of results, and the check that they add up to the whole. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseResult } from '../../../../bench/analysis/experiment.js';
import { stageSums } from '../../../../bench/analysis/stage-sums.js';
import {
  stageRows,
  stagesBetween,
  type Stages,
} from '../../../../bench/scenarios/hand-off/stages.js';
import { Histogram } from '../../../../src/base/histogram.js';
import type { HandOffView } from '../../../../src/serving/views.js';

function histogram(...valuesNs: number[]) {
  const all = new Histogram();
  for (const ns of valuesNs) all.record(ns);
  return all.toJSON();
}

/** Of the stages queued, woken and begun, and of the whole. */
const view = (...parts: [number[], number[], number[], number[]]): HandOffView => ({
  ...{ accepted: histogram(), wrapped: histogram(), sent: histogram() },
  queued: histogram(...parts[0]),
  woken: histogram(...parts[1]),
  begun: histogram(...parts[2]),
  total: histogram(...parts[3]),
});

const EMPTY = view([], [], [], []);

function caseOf(stages: Stages, prefix = ''): CaseResult {
  return { name: 'idle', title: 'idle', contenders: stageRows([stages], prefix) };
}

describe('the stages of a hand-off', () => {
  it('are those of the connections between two snapshots', () => {
    const before = view([100], [100], [100], [300]);
    const after = view([100, 7], [100, 8], [100, 9], [300, 24]);
    const stages = stagesBetween(before, after);
    assert.equal(stages['whole']?.count, 1);
    assert.equal(stages['whole'].sumNs, 24);
    assert.equal(stages['accepted to sent']?.sumNs, 7);
  });

  it('have a row each, and none that the way does not have', () => {
    const rows = stageRows([stagesBetween(EMPTY, view([], [8], [9], [17]))], 'share: ');
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['share: woken', 'share: first instruction', 'share: whole'],
    );
  });

  it('are divided as the server divides them', () => {
    const finer = (ns: number[]) => ({
      ...view(ns, ns, ns, ns),
      ...{ accepted: histogram(...ns), wrapped: histogram(...ns), sent: histogram(...ns) },
    });
    assert.deepEqual(Object.keys(stagesBetween(finer([]), finer([5]))), [
      ...['accepted', 'wrapped', 'sent', 'woken', 'first instruction', 'whole'],
    ]);
  });

  it('are an error if no connection was handed over', () => {
    assert.throws(() => stageRows([stagesBetween(EMPTY, EMPTY)]), /no connection/);
  });

  it('add up to the whole within 5 %', () => {
    const [sum] = stageSums(caseOf(stagesBetween(EMPTY, view([40], [40], [17], [100]))));
    assert.deepEqual(sum, { server: 'the default way', share: 0.97, isWhole: true });
  });

  it('are found not to add up if a stage is missing', () => {
    const [sum] = stageSums(caseOf(stagesBetween(EMPTY, view([40], [], [17], [100])), 'lend: '));
    assert.deepEqual([sum?.server, sum?.isWhole], ['lend', false]);
  });

  it('are found not to add up if a stage lacks connections', () => {
    const stages = stagesBetween(EMPTY, view([50, 50], [50], [0, 0], [100, 100]));
    assert.equal(stageSums(caseOf(stages))[0]?.isWhole, false);
  });
});
