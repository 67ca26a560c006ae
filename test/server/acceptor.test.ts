/** Admission under every model: clients are served, queued or refused, and logged. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import type { AcceptorSettings } from '../../src/serving/host.js';
import { connectClient, type Client } from '../support/client.js';
import { startHandoff } from '../support/handoff.js';
import type { LogLine } from '../support/log-lines.js';
import { startServer, type RunningServer } from '../support/server.js';

/** The models that limit the number of clients served at a time. */
const limited = [
  { model: 'thread-per-client', places: 2 },
  { model: 'iterative', places: 1 },
] as const;

for (const { model, places } of limited) {
  describe(
    `with all places taken, the ${model} server`,
    { timeout: 120_000, concurrency: 2 },
    () => {
      const start = (t: TestContext, acceptor: Partial<AcceptorSettings> = {}) =>
        startServer(t, { model, threads: { most: places }, acceptor, logLevel: 'info' });

      it('queues clients and serves them in the order of their arrival', async (t) => {
        const server = await start(t);
        const [leaving, ...staying] = await takePlaces(t, server, places);
        const next = await connectClient(t, server);
        const last = await connectClient(t, server);
        next.send('next');
        last.send('last');
        assert.equal((await server.logLine('queued', { connection: places + 1 })).ahead, places);
        assert.equal(
          (await server.logLine('queued', { connection: places + 2 })).ahead,
          places + 1,
        );
        await leaving?.exchange('still', 'still');
        next.expectNothingYet();
        last.expectNothingYet();

        await leave(leaving);
        await next.exchange('', 'next');
        for (const client of staying) await client.exchange('still', 'still');
        last.expectNothingYet();
        await leave(next);
        await last.expect('last');
        await leave(last);

        const closed = await server.logLine('closed', { connection: places + 2 });
        assert.ok(Number(closed.waitedMs) > 0);
        assert.equal(closed.reason, 'end');
        assert.equal(closed.bytesIn, 'last'.length);
        assert.deepEqual(linesOf(server, 'refused'), []);
      });

      it('refuses clients if configured so, with a line that gives the reason', async (t) => {
        const server = await start(t, { overflow: 'refuse' });
        const [leaving, ...staying] = await takePlaces(t, server, places);
        const silent = await connectClient(t, server);
        await silent.expect('ERR server full\n');
        await silent.expectEnd();
        const talking = await connectClient(t, server);
        talking.send('x'.repeat(100_000));
        await talking.expect('ERR server full\n');
        await talking.expectEnd();
        silent.close();
        talking.close();
        for (const connection of [places + 1, places + 2]) {
          await server.logLine('refused', { connection });
          const closed = await server.logLine('closed', { connection });
          assert.equal(closed.reason, 'refused');
          assert.deepEqual([closed.waitedMs, closed.servedMs], [0, 0]);
        }
        assert.deepEqual(linesOf(server, 'queued'), []);

        for (const client of staying) await client.exchange('still', 'still');
        await leave(leaving);
        await server.logLine('closed', { connection: 1 });
        const next = await connectClient(t, server);
        await next.exchange('served', 'served');
      });

      it('refuses clients that its queue has no room for', async (t) => {
        const server = await start(t, { queueLimit: 1 });
        const [leaving] = await takePlaces(t, server, places);
        const waiting = await connectClient(t, server);
        await server.logLine('queued');
        const refused = await connectClient(t, server);
        await refused.expect('ERR server full\n');
        await refused.expectEnd();
        assert.equal((await server.logLine('refused')).waiting, 1);
        waiting.send('patient');
        await leave(leaving);
        await waiting.expect('patient');
      });

      it('handles clients that disconnect from the queue', async (t) => {
        const server = await start(t);
        const taken = await takePlaces(t, server, places);
        const resetting = await connectClient(t, server);
        resetting.send('before the reset');
        const leaving = await connectClient(t, server);
        leaving.send('before the end');
        const patient = await connectClient(t, server);
        patient.send('patient');
        await server.logLine('queued', { connection: places + 3 });
        resetting.reset();
        leaving.halfClose();
        for (const client of taken) await leave(client);
        await patient.expect('patient');
        await leaving.expect('before the end');
        await leaving.expectEnd();
        assert.equal((await server.logLine('closed', { connection: places + 1 })).reason, 'reset');
        assert.equal((await server.logLine('closed', { connection: places + 2 })).reason, 'end');
      });
    },
  );
}

describe('the event-loop server', { timeout: 120_000 }, () => {
  it('serves all clients at once', async (t) => {
    const server = await startServer(t, {
      acceptor: { overflow: 'refuse', queueLimit: 0 },
      threads: { most: 1 },
      logLevel: 'info',
    });
    await takePlaces(t, server, 100);
    assert.deepEqual([linesOf(server, 'queued'), linesOf(server, 'refused')], [[], []]);
  });
});

describe('the acceptor', { timeout: 120_000 }, () => {
  it('logs every client that connects exactly once', async (t) => {
    const server = await startServer(t, { logLevel: 'info' });
    const clients = await takePlaces(t, server, 5);
    await server.logLine('accepted', { connection: 5 });
    const peers = linesOf(server, 'accepted').map(({ connection, peer }) => [connection, peer]);
    assert.deepEqual(
      peers,
      clients.map(({ localPort }, index) => [index + 1, `127.0.0.1:${localPort ?? 0}`]),
    );
  });

  for (const model of MODEL_NAMES) {
    it(`does not mistake a client that has left before ${model} accepted it for a local one`, async (t) => {
      const server = await startHandoff(t, ['echo', '--model', model]);
      server.signal('SIGSTOP');
      const client = await connectClient(t, server);
      client.reset();
      server.signal('SIGCONT');
      assert.equal((await server.log.next('closed')).peer, 'unknown');
      assert.equal(server.log.one('accepted').peer, 'unknown');
    });
  }

  it('refuses an HTTP client with an HTTP response', async (t) => {
    const server = await startServer(t, {
      service: 'web',
      model: 'iterative',
      acceptor: { overflow: 'refuse' },
      logLevel: 'info',
    });
    const served = await connectClient(t, server);
    await server.logLine('accepted');
    const refused = await connectClient(t, server);
    await refused.expect(
      'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
    await refused.expectEnd();
    served.close();
  });

  const noTable = existsSync('/proc/net/tcp') ? false : 'this system does not show its timers';
  it('enables keep-alive probes after 30 s without traffic', { skip: noTable }, async (t) => {
    const server = await startServer(t, { logLevel: 'info' });
    const client = await connectClient(t, server);
    await server.logLine('accepted');
    const afterMs = keepAliveMs(server.port, client.localPort ?? 0);
    assert.ok(afterMs > 0 && afterMs <= 30_000, String(afterMs));
  });

  it('continues to accept after it had run out of descriptors', async (t) => {
    const server = await startHandoff(t, ['echo', '--model', 'event-loop'], { descriptors: 64 });
    const crowd = await Promise.all(Array.from({ length: 100 }, () => connectClient(t, server)));
    // The kernel has accepted all; those without a descriptor in the server wait there.
    await server.log.next('accepting paused');
    for (const client of crowd) client.close();
    await server.log.count('closed', crowd.length);
    const next = await connectClient(t, server);
    await next.exchange('served', 'served');
  });
});

/** Milliseconds until the kernel sends its next keep-alive probe; NaN without keep-alive. */
function keepAliveMs(serverPort: number, clientPort: number): number {
  const [from, to] = [serverPort, clientPort].map((port) =>
    `0100007F:${port.toString(16).padStart(4, '0')}`.toUpperCase(),
  );
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  const row = rows
    .map((line) => line.trim().split(/\s+/))
    .find((fields) => fields[1] === from && fields[2] === to);
  // 02 is the keep-alive timer; the value after it is in hundredths of a second.
  const [, hundredths] = /^02:([0-9A-F]+)$/.exec(row?.[5] ?? '') ?? [];
  return Number.parseInt(hundredths ?? '', 16) * 10;
}

/** Connects `count` clients, and waits until each is served. */
async function takePlaces(t: TestContext, server: RunningServer, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let place = 1; place <= count; place++) {
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    clients.push(client);
  }
  return clients;
}

function linesOf(server: RunningServer, message: string): LogLine[] {
  return server.log().filter(({ msg }) => msg === message);
}

async function leave(client: Client | undefined): Promise<void> {
  client?.halfClose();
  await client?.expectEnd();
}

describe('clients that come at once', { timeout: 120_000 }, () => {
  const roomy = [
    { model: 'event-loop', args: [] },
    { model: 'thread-per-client', args: ['--threads', '12', '--warm', '12'] },
  ];
  for (const { model, args } of roomy) {
    for (const overflow of ['queue', 'refuse']) {
      it(`neither wait nor are refused while ${model} has room, with --overflow ${overflow}`, async (t) => {
        const env = { HANDOFF_OVERFLOW: overflow };
        const server = await startHandoff(t, ['echo', '--model', model, ...args], { env });
        // So that all of them are in the kernel's backlog when the server next accepts.
        process.kill(server.pid, 'SIGSTOP');
        const clients = [];
        for (let count = 0; count < 12; count++) clients.push(await connectClient(t, server));
        process.kill(server.pid, 'SIGCONT');
        for (const client of clients) await client.exchange('hello', 'hello');
        assert.deepEqual([server.log.of('queued'), server.log.of('refused')], [[], []]);
      });
    }
  }
});
