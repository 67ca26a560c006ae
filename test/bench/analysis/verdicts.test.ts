import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ratioEstimateOf, type Estimate } from '../../../bench/analysis/intervals.js';
import {
  LEAST_MARGIN,
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

const ratio = (low: number, high: number, rounds = 5): Estimate => ({ value: low, low, high, rounds });
const edge = 1 + LEAST_MARGIN;

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

  it('cannot tell when the interval is on both sides of an end of the margin', () => {
    assert.equal(verdictOf(ratio(0.5, 2)), 'unknown');
    assert.equal(verdictOf(ratio(1, edge + 0.001)), 'unknown');
    assert.equal(verdictOf(ratio(edge, 2)), 'unknown');
    assert.equal(verdictOf(ratio(0.1, 1 / edge)), 'unknown');
  });

  it('says nothing after four rounds, however far apart or alike they are', () => {
    assert.equal(verdictOf(ratio(100, 100, 4)), 'unknown');
    assert.equal(verdictOf(ratio(1, 1, 4)), 'unknown');
  });

  /** Of 300 runs: ratios of ten rounds that vary, of two processes of programs that differ. */
  const verdicts = ({ differ, rounds, processes }: Record<'differ' | 'rounds' | 'processes', number>) => {
    const random = generator(3);
    const counts: Record<Verdict, number> = { higher: 0, lower: 0, equal: 0, unknown: 0 };
    for (let run = 0; run < 300; run++) {
      const apart = differ + processes * (standardNormal(random) - standardNormal(random));
      const ratios = Array.from({ length: 10 }, () => Math.exp(apart + rounds * standardNormal(random)));
      counts[verdictOf(ratioEstimateOf(ratios) as Estimate)] += 1;
    }
    return counts;
  };

  it('hardly ever names a winner between two processes of one program that differ by 2 %', () => {
    const { higher, lower } = verdicts({ differ: 0, rounds: 0.03, processes: 0.02 });
    assert.ok(higher + lower <= 15, `${higher + lower} of 300`);
  });

  it('finds programs equal that are, if rounds vary little, and cannot tell if they vary much', () => {
    const quiet = verdicts({ differ: 0, rounds: 0.02, processes: 0.01 });
    assert.ok(quiet.equal >= 240, `${quiet.equal} of 300`);
    const busy = verdicts({ differ: 0, rounds: 0.12, processes: 0.01 });
    assert.ok(busy.unknown >= 290, `${busy.unknown} of 300`);
  });

  it('never finds a difference of a quarter equal, and names it in most runs on a busy machine', () => {
    const { higher, lower, equal } = verdicts({ differ: Math.log(1.25), rounds: 0.12, processes: 0.02 });
    assert.deepEqual([lower, equal], [0, 0]);
    assert.ok(higher >= 210, `${higher} of 300`);
  });
});

describe('marginBeside', () => {
  it('is 5 %, unless a control certainly differs by more', () => {
    assert.equal(marginBeside([]), LEAST_MARGIN);
    assert.equal(marginBeside([undefined, ratio(0.5, 1.5)]), LEAST_MARGIN);
    assert.equal(marginBeside([ratio(1.01, 1.5)]), LEAST_MARGIN);
    assert.ok(Math.abs(marginBeside([ratio(1.25, 1.5)]) - 0.25) < 1e-9);
    assert.ok(Math.abs(marginBeside([ratio(1.25, 1.5), ratio(0.5, 0.5)]) - 1) < 1e-9);
  });

  it('does not believe a control of four rounds', () => {
    assert.equal(marginBeside([ratio(1.25, 1.5, 4)]), LEAST_MARGIN);
  });
});

describe('marginsOf', () => {
  const rounds = (latencyNs: number) => [1, 2, 3, 4, 5].map((round) => roundOf(round, 100, latencyNs));
  const first = contenderOf('event-loop', [], { rounds: rounds(1000) });
  const again = contenderOf('event-loop again', [], { kind: 'control', rounds: rounds(2000) });

  it('judges each measure by what the control did in it', () => {
    const margins = marginsOf([experimentOf([caseOf([first, again])], 'control')]);
    assert.equal(margins(rate), LEAST_MARGIN);
    assert.equal(margins(p99), 1);
  });

  it('judges what the control does not have as requests/s', () => {
    const slower = contenderOf('event-loop again', [80, 80, 80, 80, 80], { kind: 'control' });
    const margins = marginsOf([experimentOf([caseOf([first, slower])], 'control')]);
    assert.equal(margins({ ...rate, name: 'jobsPerSecond', of: () => undefined }), 0.25);
  });

  it('is the usual one without a control', () => {
    assert.equal(marginsOf([experimentOf([caseOf([first])])])(p99), LEAST_MARGIN);
    assert.equal(marginsOf([], [])(p99), LEAST_MARGIN);
  });
});

describe('a verdict in words', () => {
  it('tells equal from unknown, and both from too few rounds', () => {
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
