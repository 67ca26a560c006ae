/**
 * `--task-limit` ends a thread that computes for too long. ../faults/endless-task.test.ts has the
 * client that leaves meanwhile.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectClient } from '../support/client.js';
import { fixture, runHandoff, startHandoff } from '../support/handoff.js';

const TROUBLE = [fixture('trouble'), '--threads', '2'];

describe('a thread that computes', { timeout: 60_000 }, () => {
  it('is ended and replaced after --task-limit, with one line, and no other client notices', async (t) => {
    const server = await startHandoff(t, [...TROUBLE, '--task-limit', '200']);
    const neighbour = await connectClient(t, server);
    await neighbour.exchange('echo before\n', 'before\n');
    for (let round = 1; round <= 3; round++) {
      const client = await connectClient(t, server);
      client.send('spin\n');
      await client.expectOver();
      const closed = await server.log.next('closed', { connection: round + 1 });
      assert.equal(closed.reason, 'task limit');
      const ended = await server.log.next('thread ended', { connection: round + 1 });
      assert.equal(ended['cause'], 'task limit');
      assert.ok((ended['computedMs'] as number) >= 200);
    }
    await server.log.next('thread started', { count: 5 });
    await neighbour.exchange('echo after\n', 'after\n');
    const next = await connectClient(t, server);
    await next.exchange('echo next\n', 'next\n');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal(server.log.of('thread ended').length, 3);
    assert.deepEqual(server.log.of('thread lost'), []);
    assert.deepEqual(server.log.of('pool failed'), []);
  });

  it('goes on while it uses its connection, or waits, for longer than --task-limit', async (t) => {
    const server = await startHandoff(t, [...TROUBLE, '--task-limit', '100']);
    const busy = await connectClient(t, server);
    const waiting = await connectClient(t, server);
    waiting.send('hang\n');
    busy.send('busy\n');
    for (const endMs = performance.now() + 600; performance.now() < endMs;)
      await busy.expect('busy\n');
    waiting.expectNothingYet();
    assert.deepEqual(server.log.of('closed'), []);
  });

  it('cannot be limited on the main thread, which the command line says', async (t) => {
    for (const model of ['event-loop', 'iterative']) {
      const args = ['serve', 'echo', '--port', '0', '--model', model, '--task-limit', '1'];
      const { status, stderr } = await runHandoff(t, args);
      assert.equal(status, 2);
      assert.match(stderr, /--task-limit needs --model thread-per-client/);
    }
  });
});
