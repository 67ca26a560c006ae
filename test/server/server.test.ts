/**
 * How a server stops: it stops accepting, completes pending answers, closes idle clients, and exits
 * with status 0. No client and no service can prevent the stop.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient } from '../support/client.js';
import { coverPrograms } from '../support/environment.js';
import { fixture, startHandoff, type Exit, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import { startServer } from '../support/server.js';

/** Coverage of a process with many threads takes long to write. */
const UNCOVERED = { env: { NODE_V8_COVERAGE: '' } };

coverPrograms();

const IN_ORDER = { status: 0, signal: null };
/** Longer than any test may take. */
const LONG_MS = '600000';

for (const model of MODEL_NAMES) {
  const places = model === 'iterative' ? 1 : 2;
  // One model's servers show what is run in a stop.
  const surroundings = model === 'event-loop' ? {} : UNCOVERED;
  const start = (t: TestContext, service: string, ...args: string[]) =>
    startHandoff(t, [service, '--model', model, ...args], surroundings);

  describe(`stopping the ${model} server`, { timeout: 120_000, concurrency: 2 }, () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`closes idle clients and exits with status 0 on ${signal}`, async (t) => {
        const server = await start(t, 'echo', '--grace', LONG_MS);
        const clients = [];
        for (let place = 0; place < places; place++) {
          const client = await connectClient(t, server);
          await client.exchange('hello', 'hello');
          clients.push(client);
        }
        const exit = server.stop(signal);
        for (const client of clients) await client.expectEnd();
        assert.deepEqual(await exit, IN_ORDER);
        assertStoppedInOrder(server);
        const stopping = server.log.one('stopping');
        assert.deepEqual([stopping.cause, stopping.clients, stopping.waiting], [signal, places, 0]);
        const reasons = server.log.of('closed').map(({ reason }) => reason);
        assert.deepEqual(reasons, Array(places).fill('stopped'));
        assert.equal(server.stderr, '');
      });
    }

    it('completes pending answers and accepts no client meanwhile', async (t) => {
      const server = await start(t, 'work', '--log-level', 'debug', '--grace', LONG_MS);
      const clients = [];
      for (let place = 1; place <= places; place++) {
        const client = await connectClient(t, server);
        client.send('sleep 500\n');
        await server.log.next('received', { connection: place });
        clients.push(client);
      }
      const exit = server.stop();
      await server.log.next('stopping');
      await connectUntilRefused(server);
      for (const client of clients) {
        await client.expect('done 500\n');
        await client.expectEnd();
      }
      assert.deepEqual(await exit, IN_ORDER);
      assertStoppedInOrder(server);
      assert.equal(server.log.of('accepted').length, places);
    });

    it('aborts answers that take longer than the grace period', async (t) => {
      const args = ['--log-level', 'debug', '--grace', '100'];
      const server = await start(t, 'work', ...args);
      const client = await connectClient(t, server);
      client.send('sleep 10000\n');
      await server.log.next('received');
      assert.deepEqual(await server.stop(), IN_ORDER);
      await client.expectEnd();
      assertStoppedInOrder(server);
      assert.equal(server.log.one('closed').reason, 'stopped');
    });

    it('aborts a service that never answers', async (t) => {
      const args = ['--log-level', 'debug', '--grace', '0'];
      const server = await start(t, fixture('trouble'), ...args);
      const client = await connectClient(t, server);
      client.send('hang\n');
      await server.log.next('received');
      assert.deepEqual(await server.stop(), IN_ORDER);
      assertStoppedInOrder(server);
      assert.equal(server.log.one('closed').reason, 'stopped');
    });

    it('disconnects a client that does not read its answer', async (t) => {
      const args = ['--log-level', 'debug', '--grace', '200'];
      const server = await start(t, fixture('trouble'), ...args);
      const client = await connectClient(t, server);
      client.pause();
      client.send('flood 64\n');
      await server.log.next('sending', { count: 2 });
      assert.deepEqual(await server.stop(), IN_ORDER);
      assertStoppedInOrder(server);
      assert.equal(server.log.one('closed').reason, 'stopped');
    });

    it('is not delayed by a client that continues to send', async (t) => {
      const server = await start(t, 'collect', '--grace', '200');
      const client = await connectClient(t, server);
      const talking = setInterval(() => client.send('and another thing, '), 1);
      t.after(() => clearInterval(talking));
      await server.log.next('accepted');
      assert.deepEqual(await server.stop(), IN_ORDER);
      assertStoppedInOrder(server);
    });

    it('ends at once on a second signal', async (t) => {
      const either = [
        ['SIGTERM', 'SIGINT', 130],
        ['SIGINT', 'SIGTERM', 143],
      ] as const;
      for (const [first, second, status] of either) {
        const args = ['--log-level', 'debug', '--grace', LONG_MS];
        const server = await start(t, fixture('trouble'), ...args);
        const client = await connectClient(t, server);
        client.send('hang\n');
        await server.log.next('received');
        server.signal(first);
        await server.log.next('stopping');
        assert.deepEqual(await server.stop(second), { status, signal: null });
        assert.equal(server.log.one('ended at once').cause, second);
        assert.deepEqual(server.log.of('stopped'), []);
      }
    });

    it('closes and logs every accepted client once during a burst of connections', async (t) => {
      const server = await startHandoff(t, ['echo', ...modelOptions(model, 2)], surroundings);
      const rush = Array.from({ length: 8 }, () => connectUntilRefused(server));
      await server.log.next('accepted', { count: 100 });
      assert.deepEqual(await server.stop(), IN_ORDER);
      await Promise.all(rush);
      assertStoppedInOrder(server);
    });
  });
}

describe('stopping a server with client threads', { timeout: 120_000, concurrency: 2 }, () => {
  const trouble = [fixture('trouble'), '--log-level', 'debug'];

  it('terminates a thread that computes forever', async (t) => {
    const server = await startHandoff(t, [...trouble, '--grace', '0'], UNCOVERED);
    const client = await connectClient(t, server);
    client.send('spin\n');
    await server.log.next('received');
    assert.deepEqual(await server.stop(), IN_ORDER);
    assertStoppedInOrder(server);
    assert.equal(server.log.one('closed').reason, 'stopped');
  });

  it('ends at once on a second signal although threads are blocked in recv and in send', async (t) => {
    const server = await startHandoff(t, [...trouble, '--grace', LONG_MS], UNCOVERED);
    const [unread, spinning] = [await connectClient(t, server), await connectClient(t, server)];
    unread.pause();
    unread.send('flood 64\n');
    spinning.send('spin\n');
    await server.log.next('received', { count: 2 });
    await server.log.next('sending', { count: 2 });
    server.signal('SIGINT');
    await server.log.next('stopping');
    assert.deepEqual(await insist(server, 'SIGINT'), { status: 130, signal: null });
  });

  it('closes clients that wait for a thread', async (t) => {
    const server = await startHandoff(t, ['echo', '--threads', '1'], UNCOVERED);
    const served = await connectClient(t, server);
    await served.exchange('hello', 'hello');
    const waiting = await connectClient(t, server);
    await server.log.next('queued');
    const exit = server.stop();
    await waiting.expectEnd();
    await served.expectEnd();
    assert.deepEqual(await exit, IN_ORDER);
    assertStoppedInOrder(server);
    const closed = server.log.of('closed').find(({ connection }) => connection === 2);
    assert.equal(closed?.reason, 'stopped');
    assert.ok(Number(closed.waitedMs) > 0);
    assert.equal(server.log.one('stopping').waiting, 1);
  });

  for (const grace of ['0', LONG_MS]) {
    it(`ends clients whose thread is still starting, with ${grace} ms of grace`, async (t) => {
      const server = await startHandoff(t, ['echo', '--grace', grace], UNCOVERED);
      const clients = [await connectClient(t, server), await connectClient(t, server)];
      await server.log.next('accepted', { count: 2 });
      const exit = server.stop();
      for (const client of clients) await client.expectEnd();
      assert.deepEqual(await exit, IN_ORDER);
      assertStoppedInOrder(server);
    });
  }

  it('handles threads that are still starting', async (t) => {
    // One, two or three threads have started; the next ones are still starting.
    for (let started = 1; started < 4; started++) {
      const server = await startHandoff(t, ['echo', '--threads', '4', '--grace', '0'], UNCOVERED);
      await Promise.all(Array.from({ length: 4 }, () => connectClient(t, server)));
      await server.log.next('thread started', { count: started });
      const exit = await server.stop();
      assert.equal(server.stderr, '');
      assert.deepEqual(exit, IN_ORDER);
      assertStoppedInOrder(server);
    }
  });

  it('ends threads that have no client', async (t) => {
    const server = await startHandoff(t, ['echo', '--threads', '2', '--warm', '2']);
    assert.deepEqual(await server.stop(), IN_ORDER);
    assert.deepEqual(server.log.messages.slice(-2), ['stopping', 'stopped']);
  });
});

describe('a server', { timeout: 120_000 }, () => {
  it('that is stopped as soon as it says that it listens stops in order', async (t) => {
    for (let round = 0; round < 3; round++) {
      const server = await startHandoff(t, ['echo', '--model', 'event-loop'], UNCOVERED);
      assert.deepEqual(await server.stop(), IN_ORDER);
    }
  });

  it('stops once, even if stop is called several times', async (t) => {
    const running = await startServer(t, { logLevel: 'info' });
    const { server } = running;
    await Promise.all([server.stop('first'), server.stop('second')]);
    await server.stop('third');
    const lines = running.log().map(({ msg, cause }) => [msg, cause]);
    assert.deepEqual(lines.slice(1), [
      ['stopping', 'first'],
      ['stopped', undefined],
    ]);
  });

  it('exits with status 1 and logs the error when its main thread fails', async (t) => {
    const server = await startHandoff(t, [fixture('trouble'), '--model', 'event-loop']);
    const client = await connectClient(t, server);
    client.send('throw-later\n');
    await client.expectOver();
    assert.deepEqual(await server.exit, { status: 1, signal: null });
    const line = server.log.one('uncaught error') as unknown as { err: { message: string } };
    assert.match(line.err.message, /thrown from a timer/);
  });
});

/** Asserts that the log ends with an orderly stop and has two lines for every connection. */
function assertStoppedInOrder({ log }: ServerProcess): void {
  const { messages } = log;
  assert.equal(messages.at(-1), 'stopped');
  assert.ok(messages.indexOf('stopping') > messages.indexOf('listening'));
  const connectionsOf = (message: string) =>
    log
      .of(message)
      .map(({ connection }) => Number(connection))
      .sort((a, b) => a - b);
  assert.deepEqual(connectionsOf('closed'), connectionsOf('accepted'));
  assert.equal(new Set(connectionsOf('closed')).size, log.of('closed').length);
}

/** Repeats the signal until the server exits: the kernel merges equal pending signals. */
async function insist(server: ServerProcess, signal: NodeJS.Signals): Promise<Exit> {
  const again = setInterval(() => server.signal(signal), 20);
  const exit = await server.exit;
  clearInterval(again);
  await server.log.end();
  return exit;
}

/** Connects and closes clients in turn until the server no longer listens. */
async function connectUntilRefused({ address }: ServerProcess): Promise<void> {
  for (;;) {
    const socket = connect({ ...address });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    try {
      await once(socket, 'connect');
    } catch {
      return;
    }
    socket.on('error', () => undefined);
    socket.resume().end('hello');
    await closed;
  }
}
