import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContenderResult, RoundValues } from '../../../bench/analysis/experiment.js';
import { Histogram } from '../../../src/base/histogram.js';
import { backlog } from '../../../bench/scenarios/backlog.js';
import { caseOf } from '../../support/bench/samples.js';

describe('the finding about a full backlog', () => {
  const waited = (...ms: readonly number[]) => {
    const histogram = new Histogram();
    for (const one of ms) histogram.record(one * 1e6);
    return histogram.toJSON();
  };
  const contender = (
    values: RoundValues,
    queued: readonly number[],
    late: readonly number[],
  ): ContenderResult => ({
    name: 'iterative',
    kind: 'model',
    rounds: [
      {
        round: 1,
        turn: 1,
        values,
        latencies: { queued: waited(...queued), late: waited(...late) },
      },
    ],
  });
  const seen = (one: ContenderResult) =>
    backlog.seen({ name: 'backlog', cases: [caseOf([one], { name: 'full' })], remarks: [] });

  it('separates clients in the backlog from clients that found it full', () => {
    const values = {
      clients: 6144,
      completedHandshakes: 4097,
      listenOverflows: 2047,
      clientsServed: 6144,
    };
    assert.equal(
      seen(contender(values, [20, 40], [400, 1200])),
      'full: iterative: 4,097 of 6,144 connected, 2,047 overflows; clients in the backlog had their answer within 40.0 ms, ' +
        'clients that found it full within 1.20 s; all were served.',
    );
  });

  it('leaves out a full queue if there was none, and counts clients without an answer', () => {
    const values = { clients: 10, completedHandshakes: 10, listenOverflows: 0, clientsServed: 8 };
    assert.equal(
      seen(contender(values, [20], [])),
      'full: iterative: 10 of 10 connected, no overflows; clients in the backlog had their answer within 20.0 ms; ' +
        '2 were not served.',
    );
  });

  it('leaves out a failed contender', () => {
    assert.equal(
      seen({ name: 'iterative', kind: 'model', failed: 'gone', rounds: [] }),
      'Nothing was measured.',
    );
  });
});
