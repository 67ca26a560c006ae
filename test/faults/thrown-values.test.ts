/**
 * Whatever a service throws, it costs one log line and one client. A logger that reads the message
 * of what was thrown may itself be thrown at.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { oddities } from '../fixtures/oddities.js';
import { fixture, startHandoff } from '../support/handoff.js';
import { modelOptions, underEveryModel } from '../support/models.js';

const names = Object.keys(oddities);

underEveryModel('a thrown value that is hard to log', (model) => {
  it('costs one line and one client, wherever a service throws it', async (t) => {
    const args = [fixture('oddities'), ...modelOptions(model, 2)];
    const server = await startHandoff(t, args);
    let connection = 0;
    let failures = 0;
    for (const what of names) {
      for (const how of ['throw', 'reject', 'call', 'leave'] as const) {
        const client = await connectClient(t, server);
        client.send(`${how} ${what}\n`);
        if (how === 'leave') {
          await client.expect(`leave ${what}\n`);
          client.halfClose();
        }
        await client.expectOver();
        const closed = await server.log.next('closed', { connection: ++connection });
        assert.equal(closed.reason, 'error', `${how} ${what}`);
        const failed = server.log.of('service failed');
        assert.equal(failed.length, ++failures, `${how} ${what}`);
        assert.equal(failed.at(-1)?.connection, connection);
      }
      const planner = await connectClient(t, server);
      await planner.exchange(`enter ${what}\n`, `enter ${what}\n`);
      planner.halfClose();
      await planner.expectEnd();
      await (await connectClient(t, server)).expectOver();
      connection += 2;
      await server.log.next('service failed', { count: ++failures });
    }
    // Nothing handles these rejections: they cost no client.
    for (const what of names) {
      const client = await connectClient(t, server);
      await client.exchange(`forget ${what}\n`, `forget ${what}\n`);
      client.halfClose();
      await client.expectEnd();
      connection++;
    }
    await server.log.count('service failed', failures + names.length);
    const client = await connectClient(t, server);
    await client.exchange('still here\n', 'still here\n');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    const lines = server.log.of('service failed');
    assert.equal(lines.length, failures + names.length);
    assert.ok(lines.every((line) => 'err' in line));
    assert.equal(server.log.of('closed').length, connection + 1);
    assert.deepEqual(server.log.of('thread lost'), []);
    assert.equal(server.stderr, '');
  });
});
