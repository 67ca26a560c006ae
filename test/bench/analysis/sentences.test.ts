import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseResult } from '../../../bench/analysis/experiment.js';
import { comparedWith, comparing } from '../../../bench/analysis/sentences.js';
import { caseOf, contenderOf, rate, roundOf } from '../../support/bench/experiment-samples.js';

const loop = contenderOf('event-loop', [1000, 1000, 1000, 1000, 1000]);

describe('a sentence that compares', () => {
  it('names a difference only if the interval allows it', () => {
    const quick = contenderOf('quick', [2000, 2010, 2020, 1990, 2000]);
    const alike = contenderOf('alike', [900, 1100, 1000, 1010, 990]);
    assert.equal(
      comparedWith(caseOf([loop, quick, alike]), rate),
      '2 clients: requests/s of quick 2.00 (1.99–2.02) of event-loop (higher), ' +
        'alike 1.00 (0.90–1.10) of event-loop (too uncertain to tell).',
    );
  });

  it('distinguishes equal from unknown, and uses the given margin', () => {
    const alike = contenderOf('alike', [980, 1020, 1000, 1010, 990]);
    const less = contenderOf('less', [900, 920, 910, 930, 925]);
    const compared = caseOf([loop, alike, less]);
    assert.equal(
      comparedWith(compared, rate),
      '2 clients: requests/s of alike 1.00 (0.98–1.02) of event-loop (no difference beyond 5 %), ' +
        'less 0.92 (0.90–0.93) of event-loop (lower).',
    );
    assert.match(
      comparedWith(compared, rate, () => 0.125),
      /less 0\.92 \(0\.90–0\.93\) of event-loop \(no difference beyond 13 %\)\.$/,
    );
  });

  it('counts the served clients if a server did not serve all', () => {
    const rounds = [1, 2, 3, 4, 5].map((round) => {
      const one = roundOf(round, 300);
      return { ...one, values: { ...one.values, clientsServed: 1 } };
    });
    const iterative = contenderOf('iterative', [], { rounds });
    assert.equal(
      comparedWith(caseOf([loop, iterative], { clients: 64 }), rate),
      '2 clients: requests/s of iterative 0.30 of event-loop (lower; it served 1 of 64 clients).',
    );
  });

  it('names the largest share of other programs', () => {
    const beside = (name: string, othersCpuShare: number) => ({
      ...contenderOf(name, []),
      rounds: [1, 2, 3, 4, 5].map((round) => {
        const one = roundOf(round, 1000);
        return { ...one, values: { ...one.values, othersCpuShare } };
      }),
    });
    const compared = (share: number) =>
      comparedWith(caseOf([beside('event-loop', share), beside('threads', 0.1)]), rate);
    assert.match(
      compared(0.9),
      /^2 clients \(other programs used 90 % of a core\): requests\/s of/,
    );
    assert.match(compared(0.2), /^2 clients: requests/);
  });

  it('says once that a run has too few rounds for its verdicts', () => {
    const short = [contenderOf('event-loop', [1000]), contenderOf('threads', [500])];
    const seen = (...cases: CaseResult[]) =>
      comparing(rate)({ name: 'echo', cases, remarks: [] }, () => 0.05);
    const alone = '2 clients: requests/s of threads 0.50 of event-loop';
    assert.equal(seen(caseOf(short)), `${alone} (too few rounds for a verdict).`);
    assert.equal(
      seen(caseOf(short), caseOf(short)),
      `${alone}. ${alone}. Ratios without a verdict have too few rounds for one.`,
    );
  });

  it('is empty without a contender to compare with', () => {
    assert.equal(comparedWith(caseOf([loop]), rate), '');
    assert.equal(comparedWith(caseOf([contenderOf('alone', [1])]), rate), '');
  });
});
