import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slowClient } from '../../../bench/scenarios/slow-client.js';
import { Histogram } from '../../../src/base/histogram.js';
import { caseOf, contenderOf, roundOf } from '../../support/bench/samples.js';

describe('the finding about silent clients', () => {
  /** Rounds whose requests all took the given time. */
  const taking = (name: string, ms: readonly number[], clientsServed = 16) => ({
    ...contenderOf(name, []),
    rounds: ms.map((each, index) => {
      const latency = new Histogram();
      if (clientsServed > 0) latency.record(each * 1e6);
      const values = { clientsServed };
      return roundOf(index + 1, 1, { values, latencies: { all: latency.toJSON() } });
    }),
  });
  const seen = (before: ReturnType<typeof taking>, after: ReturnType<typeof taking>) => {
    const cases = [
      caseOf([before], { name: 'without silent clients' }),
      caseOf([after], { name: '16 silent clients' }),
    ];
    return slowClient.seen({ name: 'slow-client', cases, remarks: [] });
  };

  it('gives the ratio of the waits, with an interval', () => {
    const text = seen(taking('event-loop', [1, 1, 1, 1, 1]), taking('event-loop', [2, 2, 2, 2, 2]));
    assert.equal(
      text,
      'event-loop: p99 2.00 ms with silent clients, 2.00 times the value without them (higher).',
    );
  });

  it('has no verdict on a ratio that the rounds do not support', () => {
    const text = seen(taking('event-loop', [1, 1, 2, 2, 3]), taking('event-loop', [1, 2, 2, 3, 4]));
    assert.match(text, / times the value without them \(too uncertain to tell\)\.$/);
  });

  it('counts the clients behind a p99, and explains why a server served none', () => {
    const few = seen(
      taking('event-loop', [1, 1, 1, 1, 1]),
      taking('event-loop', [2, 2, 2, 2, 2], 3),
    );
    assert.match(
      few,
      /^event-loop: p99 2\.00 ms with silent clients, for 3 of 16 clients, 2\.00 times/,
    );
    const none = seen(
      taking('iterative', [1, 1, 1, 1, 1]),
      taking('iterative', [1, 1, 1, 1, 1], 0),
    );
    assert.match(none, /^iterative served no client: it waited for the first silent client\.$/);
  });

  it('says that nothing was measured without cases', () => {
    assert.equal(
      slowClient.seen({ name: 'slow-client', cases: [], remarks: [] }),
      'Nothing was measured.',
    );
  });
});
