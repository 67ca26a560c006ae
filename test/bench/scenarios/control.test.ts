import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { control } from '../../../bench/scenarios/control.js';
import { comparedWith } from '../../../bench/analysis/sentences.js';
import { requestsPerSecond } from '../../../bench/analysis/measures.js';
import { caseOf, contenderOf } from '../../support/bench/samples.js';

describe('the finding about a model against itself', () => {
  const seen = (again: readonly number[]) => {
    const first = contenderOf(
      'event-loop',
      again.map(() => 100),
    );
    const cases = [caseOf([first, contenderOf('event-loop again', again)])];
    return control.seen({ name: 'control', cases, remarks: [] });
  };

  it('says whether there was a winner', () => {
    assert.match(
      seen([98, 99, 100, 101, 102]),
      /: no winner, as expected, and no difference beyond 5 %\.$/,
    );
    assert.match(
      seen([80, 90, 100, 110, 120]),
      /: no winner, as expected, but this run cannot find differences within this interval\.$/,
    );
    assert.match(
      seen([150, 150, 150, 150, 150]),
      /: a winner where there is none, so no difference below 50 % /,
    );
  });

  it('has no verdict with too few rounds', () => {
    assert.match(seen([150, 150, 150, 150]), /: too few rounds for a verdict\.$/);
  });
});

describe('a model compared with another', () => {
  it('has no verdict with too few rounds, and says so', () => {
    const compared = (rounds: number) =>
      comparedWith(
        caseOf([
          contenderOf('event-loop', Array<number>(rounds).fill(100)),
          contenderOf('thread-per-client', Array<number>(rounds).fill(150)),
        ]),
        requestsPerSecond,
      );
    assert.match(compared(4), /\(too few rounds for a verdict\)\.$/);
    assert.match(compared(5), /\(higher\)\.$/);
  });
});
