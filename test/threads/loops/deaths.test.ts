/**
 * Workers that die at each stage of a client's life. The clients of the worker are closed, each with
 * one line; those that it had not begun with go to another; no descriptor is left; the worker is
 * replaced.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connectClient, type Client } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import {
  fixture,
  startHandoff,
  temporaryDirectory,
  type ServerProcess,
} from '../../support/handoff.js';

const DEADLY = [fixture('deadly'), '--model', 'worker-event-loops', '--workers', '2'];

/** The clients of the start have left. libuv opens a descriptor for a loop's first socket. */
const EARLIER = 2;

/** Round-robin: clients with odd numbers are on one worker, the others on the other. */
async function start(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const server = await startHandoff(t, [...DEADLY, '--grace', '2000'], {
    env: { ...env },
  });
  for (let client = 0; client < EARLIER; client++) await comeAndGo(t, server);
  return { server, descriptors: server.descriptors };
}

async function comeAndGo(t: TestContext, server: ServerProcess): Promise<void> {
  const client = await enter(t, server, 'hello');
  client.halfClose();
  await client.expectEnd();
  await server.log.count('closed', server.log.of('accepted').length);
}

async function enter(t: TestContext, server: ServerProcess, name: string): Promise<Client> {
  const client = await connectClient(t, server);
  client.send(`${name}\n`);
  await client.expect(`${name}\n`);
  return client;
}

/** After the death: a new worker, the descriptors of before, and one line for each client. */
async function expectRecovery(
  t: TestContext,
  { server, descriptors }: Awaited<ReturnType<typeof start>>,
  /** Of the clients since then, counted from 1. */
  lost: readonly number[],
  staying: readonly Client[],
): Promise<void> {
  for (const client of lost) {
    const connection = EARLIER + client;
    const { reason } = await server.log.next('closed', { connection });
    assert.equal(reason, 'thread lost');
  }
  assert.equal(server.log.one('thread lost').clients, lost.length);
  await server.log.count('thread started', 3);
  for (const client of staying) {
    client.halfClose();
    await client.readToEnd();
  }
  await server.log.count('closed', server.log.of('accepted').length);
  for (let client = 0; client < 3; client++) await comeAndGo(t, server);
  await eventually(
    'the descriptors of before',
    () => server.descriptors === descriptors || undefined,
  );
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  const closed = server.log.of('closed').map(({ connection }) => connection);
  assert.equal(new Set(closed).size, closed.length);
  assert.equal(closed.length, server.log.of('accepted').length);
  assert.deepEqual(server.log.of('uncaught error'), []);
}

describe('a worker that dies', { timeout: 120_000, concurrency: 2 }, () => {
  it('while it serves closes all of its clients and no others', async (t) => {
    const started = await start(t);
    const [first, second, third] = [
      await enter(t, started.server, 'first'),
      await enter(t, started.server, 'second'),
      await enter(t, started.server, 'third'),
    ];
    third.send('exit\n');
    await first.readToEnd();
    await third.readToEnd();
    await second.exchange('still here\n', 'third\nstill here\n');
    await expectRecovery(t, started, [1, 3], [second]);
  });

  it('before it begins with a client leaves the client to another worker', async (t) => {
    const started = await start(t);
    const { server } = started;
    const file = join(temporaryDirectory(t), 'now');
    const blocking = await connectClient(t, server);
    await blocking.exchange(`when ${file}\n`, 'waiting\n');
    const neighbour = await enter(t, server, 'neighbour');
    const ahead = await connectClient(t, server);
    ahead.send('ahead\n');
    await server.log.next('accepted', { connection: EARLIER + 3 });
    await neighbour.exchange('nothing came before\n', 'nothing came before\n');
    writeFileSync(file, '');
    await blocking.readToEnd();
    assert.match(await ahead.readLine(), /^(nothing came before|ahead)$/);
    await expectRecovery(t, started, [1], [neighbour, ahead]);
  });

  it('in the turn in which it begins with a client takes the client with it', async (t) => {
    const started = await start(t, { DEADLY_CLIENT: `${EARLIER + 3}` });
    const first = await enter(t, started.server, 'first');
    const second = await enter(t, started.server, 'second');
    const third = await connectClient(t, started.server);
    await third.readToEnd();
    await first.readToEnd();
    await second.exchange('still here\n', 'still here\n');
    await expectRecovery(t, started, [1, 3], [second]);
  });

  it('while a call is on its way has made the call', async (t) => {
    const started = await start(t);
    const first = await enter(t, started.server, 'first');
    const second = await enter(t, started.server, 'second');
    first.send('tell and exit\n');
    await first.readToEnd();
    await second.expect('farewell\n');
    await expectRecovery(t, started, [1], [second]);
  });

  it('during a stop is not replaced, and the stop completes', async (t) => {
    const { server } = await start(t);
    const first = await enter(t, server, 'at the end');
    const second = await enter(t, server, 'second');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    await first.readToEnd();
    await second.readToEnd();
    const reasons = server.log
      .of('closed')
      .slice(EARLIER)
      .map(({ connection, reason }) => [connection, reason]);
    assert.deepEqual(reasons.sort(), [
      [EARLIER + 1, 'thread lost'],
      [EARLIER + 2, 'stopped'],
    ]);
    assert.equal(server.log.of('thread started').length, 2);
    assert.equal(server.log.of('stopped').length, 1);
  });

  it('is replaced where it was the only one, and its clients ahead are queued until then', async (t) => {
    const args = [fixture('deadly'), '--model', 'worker-event-loops', '--workers', '1'];
    const server = await startHandoff(t, args);
    const file = join(temporaryDirectory(t), 'now');
    const blocking = await connectClient(t, server);
    await blocking.exchange(`when ${file}\n`, 'waiting\n');
    const ahead = await connectClient(t, server);
    ahead.send('ahead\n');
    await server.log.next('accepted', { connection: 2 });
    writeFileSync(file, '');
    await ahead.expect('ahead\n');
    await server.log.next('queued', { connection: 2 });
    await server.log.count('thread started', 2);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.deepEqual(
      server.log.of('closed').map(({ connection, reason }) => [connection, reason]),
      [
        [1, 'thread lost'],
        [2, 'stopped'],
      ],
    );
  });
});

describe('a stop of workers', { timeout: 120_000 }, () => {
  it('answers or ends each of many busy clients, with one line each', async (t) => {
    const server = await startHandoff(
      ...[t, ['echo', '--model', 'worker-event-loops', '--workers', '2']],
    );
    const clients = await Promise.all(Array.from({ length: 40 }, () => connectClient(t, server)));
    let exchanges = 0;
    const talking = clients.map(async (client, index) => {
      const message = `${index}:${'x'.repeat(100)}\n`;
      // Until the server ends the conversation.
      for (;;) {
        client.send(message);
        const line = await client.readLine().catch(() => undefined);
        if (line === undefined) return;
        assert.equal(`${line}\n`, message);
        exchanges++;
      }
    });
    await eventually('exchanges', () => exchanges > 200 || undefined);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    for (const client of clients) client.close();
    await Promise.all(talking);
    const closed = server.log.of('closed');
    assert.equal(new Set(closed.map(({ connection }) => connection)).size, 40);
    assert.equal(closed.length, 40);
    assert.ok(closed.every(({ thread }) => Number(thread) > 0));
  });

  it('aborts the clients of a worker that computes, after the grace period', async (t) => {
    const server = await startHandoff(
      ...[t, [fixture('trouble'), ...DEADLY.slice(1), '--grace', '50']],
    );
    const [spinning, other] = [await connectClient(t, server), await connectClient(t, server)];
    await spinning.exchange('echo a\n', 'a\n');
    await other.exchange('echo b\n', 'b\n');
    spinning.send('spin\n');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    await spinning.expectOver();
    assert.deepEqual(
      server.log.of('closed').map(({ reason }) => reason),
      ['stopped', 'stopped'],
    );
  });
});
