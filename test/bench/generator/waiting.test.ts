import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startGenerator } from '../../../bench/generator/handle.js';
import { serve } from '../../support/bench/raw-echo.js';

describe('the number of waiting clients', { timeout: 30_000 }, () => {
  it('includes the clients without an answer, and none whose connection was reset', async (t) => {
    // Three clients wait for an answer; the fourth is reset, tries again every 10 ms and causes
    // many errors.
    const port = await serve(t, (socket, connection) => {
      if (connection >= 3) socket.resetAndDestroy();
      else socket.resume();
    });
    const generator = await startGenerator();
    t.after(() => generator.stop());
    const result = await generator.run({ port, clients: 4, pattern: 'churn', durationMs: 300 });
    assert.equal(result.clientsWaiting, 3);
    assert.equal(result.clientsServed, 0);
    assert.ok(result.errors.reset + result.errors.closedEarly > 4, JSON.stringify(result.errors));
  });
});
