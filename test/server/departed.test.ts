/** Clients that leave while they wait in the queue. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectClient } from '../support/client.js';
import { startHandoff } from '../support/handoff.js';

/** The models that limit the number of clients served at a time. */
const limited = [
  { model: 'thread-per-client', args: ['--threads', '1'] },
  { model: 'iterative', args: ['--model', 'iterative'] },
];

describe('the queue', { timeout: 60_000, concurrency: 2 }, () => {
  for (const { model, args } of limited) {
    it(`is left within a second by clients that have gone, and by no other, under ${model}`, async (t) => {
      const server = await startHandoff(t, ['echo', ...args, '--queue', '12']);
      const served = await connectClient(t, server);
      await served.exchange('first', 'first');
      const asking = await connectClient(t, server);
      asking.send('asked before it closed its side');
      asking.halfClose();
      const silent = await connectClient(t, server);
      await server.log.next('queued', { connection: 3 });
      for (let count = 0; count < 10; count++) {
        const client = await connectClient(t, server);
        if (count % 2 === 0) client.close();
        else client.reset();
      }
      await server.log.count('queued', 12);
      await server.log.next('closed', { reason: 'left', count: 10 });
      for (const line of server.log.of('closed')) {
        assert.equal(line.thread, undefined);
        assert.ok(Number(line.waitedMs) < 3000, `left after ${String(line.waitedMs)} ms`);
      }
      const late = await connectClient(t, server);
      await server.log.next('queued', { connection: 14 });
      assert.deepEqual(server.log.of('refused'), []);

      served.halfClose();
      await served.expectEnd();
      await asking.expect('asked before it closed its side');
      await asking.expectEnd();
      await silent.exchange('silent', 'silent');
      silent.halfClose();
      await silent.expectEnd();
      await late.exchange('late', 'late');
    });
  }
});
