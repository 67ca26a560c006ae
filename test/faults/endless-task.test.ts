/**
 * A thread that computes for a client that has left is ended, also without `--task-limit`. The
 * client of a half-closed connection still wants its answer.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectClient } from '../support/client.js';
import { fixture, startHandoff } from '../support/handoff.js';

describe('a thread that computes without end', { timeout: 60_000 }, () => {
  it('is ended when its client has left, and not when the client has ended its side', async (t) => {
    const server = await startHandoff(t, ['work', '--threads', '2']);
    const halfClosed = await connectClient(t, server);
    halfClosed.send('work 2500\n');
    halfClosed.halfClose();
    const gone = await connectClient(t, server);
    gone.send('work 10000\n');
    await server.log.count('accepted', 2);
    gone.reset();
    const ended = await server.log.next('thread ended', { connection: 2 });
    assert.equal(ended['cause'], 'client left');
    assert.ok((ended['computedMs'] as number) < 6000);
    assert.equal((await server.log.next('closed', { connection: 2 })).reason, 'reset');
    await halfClosed.expect('done 2500\n');
    await halfClosed.expectEnd();
    assert.equal((await server.log.next('closed', { connection: 1 })).reason, 'end');
  });

  it('is ended on every thread at once, and all threads serve again', async (t) => {
    const threads = 4;
    const args = [fixture('trouble'), '--threads', `${threads}`, '--task-limit', '300'];
    const server = await startHandoff(t, args);
    const spinning = await Promise.all(
      Array.from({ length: threads }, async () => {
        const client = await connectClient(t, server);
        client.send('spin\n');
        return client;
      }),
    );
    // It waits for a thread, which only the limit frees.
    const waiting = await connectClient(t, server);
    waiting.send('echo finally\n');
    await server.log.next('thread ended', { cause: 'task limit', count: threads });
    await waiting.expect('finally\n');
    await Promise.all(spinning.map((client) => client.expectOver()));
    const after = await Promise.all(
      Array.from({ length: threads - 1 }, () => connectClient(t, server)),
    );
    await Promise.all(after.map((client) => client.exchange('echo again\n', 'again\n')));
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal(server.log.of('thread ended').length, threads);
    assert.deepEqual(server.log.of('thread lost'), []);
  });
});
