import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitsInLog } from '../../../bench/scenarios/hand-off.js';

describe('waitsInLog', () => {
  it('returns the waits of closed connections only', () => {
    const lines = [
      { msg: 'listening', port: 5000 },
      { msg: 'accepted', connection: 1 },
      { msg: 'closed', connection: 1, waitedMs: 0.042 },
      { msg: 'refused', connection: 2, waitedMs: 7 },
      { msg: 'closed', connection: 3, waitedMs: 0.05 },
    ];
    const log = lines.map((line) => JSON.stringify(line)).join('\n');
    assert.deepEqual(waitsInLog(`${log}\n`), [0.042, 0.05]);
  });
});
