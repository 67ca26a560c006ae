/** Servers with few descriptors: clients wait until one is free, and no client is dropped. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient, type Client } from '../support/client.js';
import {
  runHandoff,
  startHandoff,
  temporaryDirectory,
  type ServerProcess,
} from '../support/handoff.js';
import { modelOptions } from '../support/models.js';

/** More than the server has descriptors. */
const CLIENTS = 150;
/** Lines of one cause a second, and one more for a second that has begun. */
const mostLines = (sinceMs: number) => Math.ceil((performance.now() - sinceMs) / 1000) + 1;

describe('a server that has fewer descriptors than clients', { timeout: 60_000 }, () => {
  for (const model of MODEL_NAMES) {
    it(`leaves clients in the kernel's queue, and drops none, under ${model}`, async (t) => {
      const sinceMs = performance.now();
      const args = ['echo', ...modelOptions(model, 64)];
      const server = await startHandoff(t, args, { descriptors: 64 });
      const clients = await connectAll(t, server, CLIENTS);
      await server.log.next('accepting paused', { limit: 64 });
      await Promise.all(clients.map((client, index) => serveToEnd(client, `client ${index}`)));
      await server.log.count('closed', CLIENTS);
      assert.deepEqual(reasonsOf(server), { end: CLIENTS });
      assertQuiet(server, sinceMs);
    });
  }

  it('goes on to listen on a Unix-domain socket', async (t) => {
    const path = `${temporaryDirectory(t)}/socket`;
    const args = ['echo', '--model', 'event-loop', '--socket', path];
    const server = await startHandoff(t, args, { descriptors: 64 });
    const clients = await connectAll(t, server, CLIENTS);
    await server.log.next('accepting paused');
    await Promise.all(clients.map((client, index) => serveToEnd(client, `client ${index}`)));
    const late = await connectClient(t, server);
    await late.exchange('late', 'late');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    await assert.rejects(connectClient(t, server), /ENOENT/);
  });

  it('stops in order while it does not accept', async (t) => {
    const args = ['echo', '--model', 'event-loop'];
    const server = await startHandoff(t, args, { descriptors: 64 });
    await connectAll(t, server, CLIENTS);
    await server.log.next('accepting paused');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    await assert.rejects(connectClient(t, server), /ECONNREFUSED/);
  });
});

describe('the number of client threads', { timeout: 60_000 }, () => {
  it('respects the limit of descriptors, and service goes on at once when clients leave', async (t) => {
    const sinceMs = performance.now();
    const server = await startHandoff(t, ['echo'], { descriptors: 200 });
    const threads = Number(server.log.one('listening').threads);
    assert.ok(threads >= 8 && threads < 30, `${threads} threads`);
    assert.equal((await server.log.next('threads limited')).threads, threads);
    const clients = await connectAll(t, server, 200);
    await server.log.count('thread started', threads);
    for (const client of clients) client.close();
    const leftMs = performance.now();
    const next = await connectClient(t, server);
    await next.exchange('next', 'next');
    const afterMs = performance.now() - leftMs;
    assert.ok(afterMs < 3000, `served ${afterMs} ms after the others left`);
    assert.ok(server.descriptors < 200);
    assertQuiet(server, sinceMs);
  });

  for (const descriptors of [50, 64, 150]) {
    it(`is no smaller than --warm: ${descriptors} descriptors are refused in one line`, async (t) => {
      const args = ['serve', 'echo', '--port', '0', '--threads', '64', '--warm', '64'];
      const outcomes = await Promise.all(
        Array.from({ length: 2 }, () => runHandoff(t, args, { descriptors })),
      );
      for (const { status, stdout, stderr } of outcomes) {
        assert.match(stderr, /^handoff: cannot start 64 client threads: [^\n]*open files[^\n]*\n$/);
        assert.deepEqual([status, stdout], [1, '']);
      }
    });
  }
});

function connectAll(t: TestContext, server: ServerProcess, count: number): Promise<Client[]> {
  return Promise.all(Array.from({ length: count }, () => connectClient(t, server)));
}

async function serveToEnd(client: Client, message: string): Promise<void> {
  await client.exchange(message, message);
  client.halfClose();
  await client.expectEnd();
}

function reasonsOf(server: ServerProcess): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of server.log.of('closed'))
    counts[String(reason)] = (counts[String(reason)] ?? 0) + 1;
  return counts;
}

function assertQuiet(server: ServerProcess, sinceMs: number): void {
  const expected = new Set([
    'listening',
    'accepted',
    'queued',
    'closed',
    'thread started',
    'loop blocked',
  ]);
  const counts = new Map<string, number>();
  for (const { msg } of server.log.all)
    if (!expected.has(msg)) counts.set(msg, (counts.get(msg) ?? 0) + 1);
  for (const [msg, count] of counts)
    assert.ok(count <= mostLines(sinceMs), `${count} lines ${JSON.stringify(msg)}`);
  for (const msg of ['thread lost', 'pool failed', 'uncaught error'])
    assert.equal(counts.get(msg) ?? 0, 0, msg);
}
