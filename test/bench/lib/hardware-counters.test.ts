/** What perf stat prints, and why there may be nothing to print. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countsIn, withoutCounters } from '../../../bench/lib/hardware-counters.js';

describe('hardware counters', () => {
  it('are read from the lines of perf stat, whatever the privilege they counted', () => {
    const output = [
      '123456,,cycles:u,1000000,100.00,,',
      '234567,,instructions,1000000,100.00,1.90,insn per cycle',
      '78,,cache-misses,1000000,50.00,,',
    ].join('\n');
    assert.deepEqual(countsIn(output), {
      cycles: 123456,
      instructions: 234567,
      'cache-misses': 78,
    });
  });

  it('that the processor does not count are left out', () => {
    const output = '<not supported>,,cycles,0,100.00,,\n<not counted>,,instructions,0,0.00,,\n';
    assert.deepEqual(countsIn(output), {});
  });

  it('are there, or a reason is given', () => {
    const reason = withoutCounters();
    assert.ok(reason === undefined || /^perf /.test(reason), reason);
  });
});
