import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientsByLittle, littlesLawNote } from '../../../bench/analysis/littles-law.js';
import { contenderOf, roundOf } from '../../support/bench/experiment-samples.js';

describe('clientsByLittle', () => {
  it('finds two clients where a thousand requests of 2 ms were answered in a second', () => {
    assert.equal(clientsByLittle(roundOf(1, 1000)), 2);
  });

  it('is undefined without answers or a rate', () => {
    assert.equal(clientsByLittle(roundOf(1, 0)), undefined);
    assert.equal(clientsByLittle({ ...roundOf(1, 1000), values: {} }), undefined);
    assert.equal(clientsByLittle({ ...roundOf(1, 1000), latencies: {} }), undefined);
  });
});

describe('littlesLawNote', () => {
  it('is silent up to a tenth, over the mean of the rounds', () => {
    assert.equal(littlesLawNote(contenderOf('a', [950, 1050]), 2), undefined);
    assert.equal(littlesLawNote(contenderOf('a', [1090]), 2), undefined);
    assert.equal(littlesLawNote(contenderOf('a', [500, 1500]), 2), undefined);
  });

  it('names the direction of the difference', () => {
    const few = littlesLawNote(contenderOf('a', [800, 800]), 2);
    assert.match(
      few ?? '',
      /^a: rate × mean latency is 1\.6 clients, not 2 .*no latency includes$/,
    );
    assert.match(
      littlesLawNote(contenderOf('a', [1300]), 2) ?? '',
      /is 2\.6 clients, not 2 .*outside the window$/,
    );
  });

  it('is silent about a server that served no client', () => {
    assert.equal(littlesLawNote(contenderOf('a', [0]), 0), undefined);
    assert.equal(littlesLawNote(contenderOf('a', []), 2), undefined);
  });
});
