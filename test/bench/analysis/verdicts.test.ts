import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ratioEstimateOf, type Estimate } from '../../../bench/analysis/intervals.js';
import {
  MIN_MARGIN,
  formatMargin,
  inWords,
  marginBeside,
  marginsOf,
  verdictOf,
  type Verdict,
} from '../../../bench/analysis/verdicts.js';
import { generator, standardNormal } from '../../support/bench/chance.js';
import {
  caseOf,
  contenderOf,
  experimentOf,
  p99,
  rate,
  roundOf,
} from '../../support/bench/experiment-samples.js';

const ratio = (low: number, high: number, rounds = 5): Estimate => ({
  value: low,
  low,
  high,
  rounds,
});
const edge = 1 + MIN_MARGIN;

describe('verdictOf', () => {
  it('names a side when the whole interval is beyond the margin', () => {
    assert.equal(verdictOf(ratio(edge + 0.001, 2)), 'higher');
    assert.equal(verdictOf(ratio(0.1, 1 / edge - 0.001)), 'lower');
    assert.equal(verdictOf(ratio(0, 0)), 'lower');
    assert.equal(verdictOf(ratio(1.1, 1.3), 0.2), 'unknown');
  });

  it('finds equality when the whole interval is within the margin', () => {
    assert.equal(verdictOf(ratio(1 / edge, edge)), 'equal');
    assert.equal(verdictOf(ratio(1.01, 1.02)), 'equal');
    assert.equal(verdictOf(ratio(0.9, 1.1), 0.2), 'equal');
  });

  it('is unknown if the interval includes an end of the margin', () => {
    assert.equal(verdictOf(ratio(0.5, 2)), 'unknown');
    assert.equal(verdictOf(ratio(1, edge + 0.001)), 'unknown');
    assert.equal(verdictOf(ratio(edge, 2)), 'unknown');
    assert.equal(verdictOf(ratio(0.1, 1 / edge)), 'unknown');
  });

  it('is unknown after four rounds, however different or equal they are', () => {
    assert.equal(verdictOf(ratio(100, 100, 4)), 'unknown');
    assert.equal(verdictOf(ratio(1, 1, 4)), 'unknown');
  });

  /**
   * Counts the verdicts of 300 runs of ten rounds; rounds, processes and programs differ as given.
   */
  const verdicts = ({
    differ,
    rounds,
    processes,
  }: Record<'differ' | 'rounds' | 'processes', number>) => {
    const random = generator(3);
    const counts: Record<Verdict, number> = { higher: 0, lower: 0, equal: 0, unknown: 0 };
    for (let run = 0; run < 300; run++) {
      const apart = differ + processes * (standardNormal(random) - standardNormal(random));
      const ratios = Array.from({ length: 10 }, () =>
        Math.exp(apart + rounds * standardNormal(random)),
      );
      counts[verdictOf(ratioEstimateOf(ratios) as Estimate)] += 1;
    }
    return counts;
  };

  it('hardly ever names a winner between two processes of one program that differ by 2 %', () => {
    const { higher, lower } = verdicts({ differ: 0, rounds: 0.03, processes: 0.02 });
    assert.ok(higher + lower <= 15, `${higher + lower} of 300`);
  });

  it('finds equal programs equal if rounds vary little, and is unknown if they vary much', () => {
    const quiet = verdicts({ differ: 0, rounds: 0.02, processes: 0.01 });
    assert.ok(quiet.equal >= 240, `${quiet.equal} of 300`);
    const busy = verdicts({ differ: 0, rounds: 0.12, processes: 0.01 });
    assert.ok(busy.unknown >= 290, `${busy.unknown} of 300`);
  });

  it('never finds a difference of a quarter equal, and names it in most runs on a busy machine', () => {
    const { higher, lower, equal } = verdicts({
      differ: Math.log(1.25),
      rounds: 0.12,
      processes: 0.02,
    });
    assert.deepEqual([lower, equal], [0, 0]);
    assert.ok(higher >= 210, `${higher} of 300`);
  });
});

describe('marginBeside', () => {
  it('is 5 %, unless a control certainly differs by more', () => {
    assert.equal(marginBeside([]), MIN_MARGIN);
    assert.equal(marginBeside([undefined, ratio(0.5, 1.5)]), MIN_MARGIN);
    assert.equal(marginBeside([ratio(1.01, 1.5)]), MIN_MARGIN);
    assert.ok(Math.abs(marginBeside([ratio(1.25, 1.5)]) - 0.25) < 1e-9);
    assert.ok(Math.abs(marginBeside([ratio(1.25, 1.5), ratio(0.5, 0.5)]) - 1) < 1e-9);
  });

  it('ignores a control of four rounds', () => {
    assert.equal(marginBeside([ratio(1.25, 1.5, 4)]), MIN_MARGIN);
  });
});

describe('marginsOf', () => {
  const rounds = (latencyNs: number) =>
    [1, 2, 3, 4, 5].map((round) => roundOf(round, 100, latencyNs));
  const first = contenderOf('event-loop', [], { rounds: rounds(1000) });
  const again = contenderOf('event-loop again', [], { kind: 'control', rounds: rounds(2000) });

  it('has for each measure the margin of the control', () => {
    const margins = marginsOf([experimentOf([caseOf([first, again])], 'control')]);
    assert.equal(margins(rate), MIN_MARGIN);
    assert.equal(margins(p99), 1);
  });

  it('has the margin of requests/s for a measure without a control', () => {
    const slower = contenderOf('event-loop again', [80, 80, 80, 80, 80], { kind: 'control' });
    const margins = marginsOf([experimentOf([caseOf([first, slower])], 'control')]);
    assert.equal(margins({ ...rate, name: 'jobsPerSecond', of: () => undefined }), 0.25);
  });

  it('is 5 % without a control', () => {
    assert.equal(marginsOf([experimentOf([caseOf([first])])])(p99), MIN_MARGIN);
    assert.equal(marginsOf([], [])(p99), MIN_MARGIN);
  });
});

describe('a verdict in words', () => {
  it('distinguishes equal, unknown and too few rounds', () => {
    assert.equal(inWords(ratio(1, 1), 0.05), 'no difference beyond 5 %');
    assert.equal(inWords(ratio(0.9, 1.1), 0.05), 'too uncertain to tell');
    assert.equal(inWords(ratio(1, 1, 4), 0.05), 'too few rounds for a verdict');
    assert.equal(inWords(ratio(2, 3), 0.05), 'higher');
    assert.equal(inWords(ratio(0.1, 0.2), 0.05), 'lower');
  });

  it('has a margin with two digits at most', () => {
    assert.deepEqual([0.05, 0.0743, 0.125, 3 / 7, 1.5].map(formatMargin), [
      '5 %',
      '7.4 %',
      '13 %',
      '43 %',
      '150 %',
    ]);
  });
});
