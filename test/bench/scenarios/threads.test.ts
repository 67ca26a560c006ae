import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { threadSweep } from '../../../bench/scenarios/threads.js';
import { caseOf, contenderOf } from '../../support/bench/samples.js';

describe('the finding about numbers of threads', () => {
  const at = (threads: number, rates: readonly number[], beside: readonly number[] | undefined) =>
    caseOf(
      [
        contenderOf('thread-per-client', rates),
        ...(beside === undefined ? [] : [contenderOf('event-loop', beside)]),
      ],
      { name: `${threads} threads`, x: threads },
    );
  const seen = (...cases: ReturnType<typeof at>[]) =>
    threadSweep.seen({ name: 'threads', cases, remarks: [] });

  it('compares numbers of threads by their ratios to the event loop', () => {
    // The machine became twice as fast between the two cases.
    const five = (value: number) => Array<number>(5).fill(value);
    const text = seen(at(1, five(50), five(100)), at(2, five(90), five(200)));
    assert.equal(
      text,
      'Highest rate with 1 threads; more threads served no more. ' +
        '1 threads: 50 connections/s, 0.50 of event-loop; 2 threads: 90 connections/s, 0.45 of event-loop.',
    );
  });

  it('finds no certain difference if intervals overlap', () => {
    const beside = [100, 100, 100, 100, 100];
    const text = seen(
      at(1, [50, 51, 52, 53, 54], beside),
      at(2, [80, 82, 85, 86, 87], beside),
      at(4, [90, 91, 92, 93, 95], beside),
    );
    // 87 and 90 are 3 % apart.
    assert.match(
      text,
      /^Highest rate with 4 threads; 2 threads: no certain difference\. 1 threads: /,
    );
  });

  it('works without an event loop, and without results', () => {
    const alone = (value: number) => Array<number>(5).fill(value);
    assert.match(
      seen(at(1, alone(50), undefined), at(2, alone(80), undefined)),
      /^Highest rate with 2 threads; fewer threads served less\./,
    );
    assert.match(
      seen(at(1, [50], undefined), at(2, [80], undefined)),
      /; too few rounds for a verdict\./,
    );
    assert.equal(seen(at(1, [], [100])), 'Nothing was measured.');
    assert.equal(seen(), 'Nothing was measured.');
  });
});
