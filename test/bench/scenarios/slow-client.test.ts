import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slowClient } from '../../../bench/scenarios/slow-client.js';
import { Histogram } from '../../../bench/lib/histogram.js';
import { caseOf, contenderOf, roundOf } from '../../support/bench/samples.js';

describe('what is seen of silent clients', () => {
  /** Five rounds, each of whose requests all took so long. */
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

  it('says with an interval how many times as long the others waited', () => {
    const text = seen(taking('event-loop', [1, 1, 1, 1, 1]), taking('event-loop', [2, 2, 2, 2, 2]));
    assert.equal(
      text,
      'event-loop: p99 2.00 ms with silent clients, 2.00 times what it was without them (higher).',
    );
  });

  it('does not call a ratio that the rounds do not support', () => {
    const text = seen(taking('event-loop', [1, 1, 2, 2, 3]), taking('event-loop', [1, 2, 2, 3, 4]));
    assert.match(text, / times what it was without them \(too uncertain to tell\)\.$/);
  });

  it('says of how many clients a p99 is, and of a server that stopped, why', () => {
    const few = seen(taking('event-loop', [1, 1, 1, 1, 1]), taking('event-loop', [2, 2, 2, 2, 2], 3));
    assert.match(few, /^event-loop: p99 2\.00 ms with silent clients, of 3 of 16 clients, 2\.00 times/);
    const none = seen(taking('iterative', [1, 1, 1, 1, 1]), taking('iterative', [1, 1, 1, 1, 1], 0));
    assert.match(none, /^iterative stopped: /);
  });

  it('has nothing to say of a run that measured one case', () => {
    assert.equal(slowClient.seen({ name: 'slow-client', cases: [], remarks: [] }), 'Nothing was measured.');
  });
});
