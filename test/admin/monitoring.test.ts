/** `/metrics` and `/healthz`, on TCP and on the admin socket, and the heartbeat line. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { Monitoring } from '../../src/admin/monitoring.js';
import type { Vitals } from '../../src/admin/vitals.js';
import { connectWatcher, snapshotWhere } from '../support/admin.js';
import { connectClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { samplesOf } from '../support/exposition.js';
import { fixture, temporaryDirectory } from '../support/handoff.js';
import { hasThreads, MOST_WORKERS } from '../support/models.js';
import { assertRefused } from '../support/refusal.js';
import { startServer, type RunningServer } from '../support/server.js';

const bounds = { timeout: 30_000 };
type Place = { readonly port: number } | { readonly socketPath: string };

for (const model of MODEL_NAMES) {
  describe(`the metrics under ${model}`, bounds, () => {
    it('count connections, bytes and reasons, open connections included', async (t) => {
      const { server, places } = await startMonitored(t, { model });
      const first = await connectClient(t, server);
      await first.exchange('hello', 'hello');
      first.halfClose();
      await first.expectEnd();
      await server.logLine('closed');
      const open = await connectClient(t, server);
      await open.exchange('abc', 'abc');
      for (const place of places) {
        const samples = await metricsOf(place);
        const of = (name: string) => samples.get(name) ?? assert.fail(`a sample of ${name}`);
        assert.equal(of(`handoff_server_info{service="echo",model="${model}"}`), 1);
        assert.equal(of('handoff_connections_accepted_total'), 2);
        assert.equal(of('handoff_connections_served_total'), 1);
        assert.equal(of('handoff_connections_closed_total{reason="end"}'), 1);
        assert.equal(of('handoff_connections_closed_total{reason="idle"}'), 0);
        assert.equal(of('handoff_connections_refused_total{cause="queue full"}'), 0);
        assert.equal(of('handoff_connections_open{state="served"}'), 1);
        assert.equal(of('handoff_connections_open{state="waiting"}'), 0);
        assert.equal(of('handoff_accepting'), 1);
        assert.equal(of('handoff_received_bytes_total'), 8);
        assert.equal(of('handoff_sent_bytes_total'), 8);
        assert.ok(of('nodejs_eventloop_delay_p99_seconds') > 0);
        assert.ok(of('process_memory_usage_bytes') > 1e7);
        const threads = [...samples].filter(([name]) => name.startsWith('handoff_threads{'));
        const running = threads.reduce((sum, [, count]) => sum + count, 0);
        const threadsOf = { 'thread-per-client': 1, 'worker-event-loops': MOST_WORKERS };
        assert.equal(running, { iterative: 0, 'event-loop': 0, ...threadsOf }[model]);
        assert.equal(samples.has('handoff_threads_limit'), hasThreads(model));
        assert.equal(samples.has('handoff_threads_lost_total'), hasThreads(model));
      }
    });
  });
}

describe('the metrics', bounds, () => {
  it('count refusals by cause, and lost threads', async (t) => {
    const service = fixture('trouble');
    const acceptor = { overflow: 'refuse' } as const;
    const threads = { most: 1 };
    const { server, places } = await startMonitored(t, {
      ...{ model: 'thread-per-client', service, acceptor, threads },
    });
    const served = await connectClient(t, server);
    await server.logLine('thread started');
    const refused = await connectClient(t, server);
    await refused.expect('ERR server full\n');
    served.send('exit\n');
    await server.logLine('closed', { reason: 'thread lost' });
    const samples = await metricsOf(places[0]);
    assert.equal(samples.get('handoff_connections_refused_total{cause="busy"}'), 1);
    assert.equal(samples.get('handoff_connections_closed_total{reason="thread lost"}'), 1);
    assert.equal(samples.get('handoff_threads_lost_total'), 1);
  });

  it('leave the snapshots of watchers as they are', async (t) => {
    const { server, places, adminPath } = await startMonitored(t);
    await metricsOf(places[1]);
    await snapshotWhere(t, adminPath, 'a snapshot', ({ counts }) => counts.accepted === 0);
    const watcher = await connectWatcher(t, adminPath, '\n');
    assert.match((await watcher.next()) ?? '', /"format":1/);
    assert.ok(server.port > 0);
  });

  it('are refused for datagrams', async (t) => {
    const udp = ['serve', 'echo', '--transport', 'udp'];
    await assertRefused(t, [...udp, '--metrics', '127.0.0.1:0'], /--metrics .*udp/);
    await assertRefused(t, [...udp, '--heartbeat', '5'], /--heartbeat .*udp/);
    for (const wrong of ['9100', 'localhost', ':9100', '127.0.0.1:99999', '::1:9100', 'a:b:1'])
      await assertRefused(t, ['serve', 'echo', `--metrics=${wrong}`], /--metrics takes host:port/);
  });

  it('say in one line why their address cannot be used', async (t) => {
    const { places } = await startMonitored(t);
    const { port } = places[0] as { port: number };
    const metricsAddress = { host: '127.0.0.1', port };
    await assert.rejects(startServer(t, { metricsAddress }), {
      name: 'StartError',
      message: `cannot listen on 127.0.0.1:${port}: the address is in use; choose another with --metrics`,
    });
  });
});

describe('/healthz', bounds, () => {
  it('is 200 while clients are accepted, and 503 with the reason while they are not', async (t) => {
    const { server, places } = await startMonitored(t, {
      ...{ model: 'iterative', acceptor: { queueLimit: 1 }, graceMs: 20_000 },
    });
    const assertHealth = async (status: number, body: string) => {
      for (const place of places) {
        const got = await get(place, '/healthz');
        assert.deepEqual([got.status, got.body], [status, body]);
      }
    };
    await assertHealth(200, 'ok\n');
    const served = await connectClient(t, server);
    await served.exchange('a', 'a');
    await assertHealth(200, 'ok\n');
    const queued = await connectClient(t, server);
    await server.logLine('queued');
    await assertHealth(503, 'the queue is full\n');
    queued.close();
    served.close();
  });

  it('is 503 while the server stops', async (t) => {
    const service = fixture('trouble');
    const { server, places } = await startMonitored(t, { service, graceMs: 1000 });
    const client = await connectClient(t, server);
    client.send('hang\n');
    await server.logLine('accepted');
    const stopped = server.server.stop('the test asks');
    const { status, body } = await get(places[0], '/healthz');
    assert.deepEqual([status, body], [503, 'the server is stopping\n']);
    client.close();
    await server.stop();
    await stopped;
  });
});

describe('the monitoring endpoint', bounds, () => {
  it('answers HEAD without a body, and nothing but GET and HEAD of its two paths', async (t) => {
    const { places } = await startMonitored(t);
    for (const place of places) {
      const head = await get(place, '/healthz', 'HEAD');
      assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '3']);
      assert.equal((await get(place, '/healthz?verbose')).status, 200);
      assert.equal((await get(place, '/')).status, 404);
      assert.equal((await get(place, '/metrics/')).status, 404);
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await get(place, '/metrics', method);
        assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD']);
      }
    }
  });

  it('closes each connection after one answer', async (t) => {
    const { places } = await startMonitored(t);
    const client = await connectClient(t, (places[0] as { port: number }).port);
    const ask = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
    client.send(ask.repeat(3));
    const answer = (await client.readToEnd()).toString();
    assert.equal(answer.match(/HTTP\/1\.1 200/g)?.length, 1);
    assert.match(answer, /^Connection: close\r$/m);
  });

  it('ends a client that is silent, trickles or does not read, within its deadline', async (t) => {
    const monitoring = new Monitoring(() => ({}) as Vitals, { error: () => undefined }, 300);
    t.after(() => monitoring.close());
    const port = await monitoring.listen({ host: '127.0.0.1', port: 0 });
    for (const bytes of [
      '',
      'GET /healthz HTTP/1.1\r\n',
      'POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n',
    ])
      await connectClient(t, port).then((client) => {
        client.send(bytes);
        return client.expectOver();
      });
    const trickling = await connectClient(t, port);
    const drip = setInterval(() => trickling.send('a'), 20);
    t.after(() => clearInterval(drip));
    trickling.send('GET /healthz HTTP/1.1\r\nX: ');
    await trickling.expectOver();
  });

  it('bounds a request, and the number of its clients', async (t) => {
    const { places } = await startMonitored(t);
    const { port } = places[0] as { port: number };
    const client = await connectClient(t, port);
    client.send(`GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match((await client.readToEnd()).toString(), /^HTTP\/1\.1 431 /);
    const idle = Array.from({ length: 16 }, () => connectClient(t, port));
    await Promise.all(idle);
    await (await connectClient(t, port)).expectOver();
  });
});

describe('the heartbeat', bounds, () => {
  for (const model of MODEL_NAMES) {
    it(`is a line with counts, bytes, lag and memory under ${model}`, async (t) => {
      const settings = { model, heartbeatMs: 100, logLevel: 'info' } as const;
      const server = await startServer(t, settings);
      const client = await connectClient(t, server);
      await client.exchange('hello', 'hello');
      const line = await eventually('a heartbeat after the exchange', () =>
        server.log().find(({ msg, bytesIn }) => msg === 'heartbeat' && bytesIn === 5),
      );
      const { connections, waiting, threads, accepted, refused, bytesOut, lagMs, rssMb } = line;
      assert.deepEqual(
        { connections, waiting, accepted, refused, bytesOut, level: line.level },
        {
          ...{ connections: 1, waiting: 0, accepted: 1, refused: 0, bytesOut: 5, level: 'info' },
        },
      );
      assert.ok(Number(lagMs) >= 0 && Number(rssMb) > 10);
      assert.equal(threads !== undefined, hasThreads(model));
    });
  }
});

/** A server with both places of its monitoring: TCP first, then the admin socket. */
async function startMonitored(
  t: TestContext,
  settings: Parameters<typeof startServer>[1] = {},
): Promise<{ server: RunningServer; places: [Place, Place]; adminPath: string }> {
  const adminPath = join(temporaryDirectory(t), 'admin');
  const metricsAddress = { host: '127.0.0.1', port: 0 };
  const server = await startServer(t, { ...settings, adminPath, metricsAddress, logLevel: 'info' });
  const { metrics } = await server.logLine('listening');
  const port = Number(String(metrics).split(':')[1]);
  return { server, adminPath, places: [{ port }, { socketPath: adminPath }] };
}

async function metricsOf(place: Place): Promise<Map<string, number>> {
  const { status, body, headers } = await get(place, '/metrics');
  assert.equal(status, 200, body);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  return samplesOf(body);
}

function get(place: Place, path: string, method = 'GET') {
  interface Answer {
    readonly status: number | undefined;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: string;
  }
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({ ...place, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body }),
      );
    });
    asked.on('error', reject).end();
  });
}
