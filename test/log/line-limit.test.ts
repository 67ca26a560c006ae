import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LINE_EVERY_MS, LineLimit } from '../../src/log/line-limit.js';

describe('a limited line', () => {
  it('is written at once, then at most once a second with the number of repetitions', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let nowMs = 0;
    t.mock.method(process, 'hrtime', () => [0, nowMs * 1e6]);
    const pass = (ms: number) => {
      nowMs += ms;
      t.mock.timers.tick(ms);
    };

    const limit = new LineLimit();
    const lines: string[] = [];
    const write = (name: string) => (fields: { repeated?: number }) =>
      lines.push(`${name} ${fields.repeated ?? 0}`);
    limit.line('a', write('first'));
    limit.line('a', write('second'));
    limit.line('b', write('other'));
    limit.line('a', write('third'));
    assert.deepEqual(lines, ['first 0', 'other 0']);
    pass(LINE_EVERY_MS);
    assert.deepEqual(lines.splice(0), ['first 0', 'other 0', 'third 1']);
    pass(LINE_EVERY_MS);
    assert.deepEqual(lines, []);
    limit.line('a', write('fourth'));
    assert.deepEqual(lines, ['fourth 0']);
  });
});
