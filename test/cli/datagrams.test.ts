/** `--transport udp` on the command line: `serve`, `connect`, and wrong usage. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { datagramClient, startDatagrams } from '../support/datagrams.js';
import { coverPrograms } from '../support/environment.js';
import { fixture, runHandoff, startHandoff, type ServerProcess } from '../support/handoff.js';
import { DATAGRAM_MODELS, modelOptions } from '../support/models.js';
import { assertRefused } from '../support/refusal.js';

coverPrograms();

const bounds = { timeout: 60_000, concurrency: 4 };
const UDP = ['--transport', 'udp'];
const DONE = { status: 0, signal: null, stderr: '' };

/** The address of a server that listens on one address, not on a wildcard. */
function addressOf(server: ServerProcess): { host: string; port: number } {
  return server.address as { host: string; port: number };
}

/** A port without a listener. */
async function unusedPort(t: TestContext): Promise<number> {
  const server = await startDatagrams(t);
  await server.stop();
  return server.port;
}

describe('handoff serve --transport udp', bounds, () => {
  it('refuses a model that hands over connections, and names one that serves datagrams', async (t) => {
    const { status, stderr } = await runHandoff(
      ...[t, ['serve', 'echo', '--transport', 'udp', '--model', 'worker-event-loops']],
    );
    assert.equal(status, 2);
    assert.match(
      stderr,
      /worker-event-loops cannot be used with --transport udp: .*thread-per-client/,
    );
  });

  for (const model of DATAGRAM_MODELS) {
    it(`logs its address, serves, and ends with a summary and status 0 under ${model}`, async (t) => {
      const server = await startHandoff(t, ['hangman', ...UDP, ...modelOptions(model, 2)]);
      const { transport, service, model: said } = server.log.one('listening');
      assert.deepEqual([transport, service, said], ['udp', 'hangman', model]);
      const client = await datagramClient(t, addressOf(server));
      assert.match(await client.ask('PLAY'), /^WORD \d+\n$/);
      assert.deepEqual(await server.stop(model === 'iterative' ? 'SIGINT' : 'SIGTERM'), {
        status: 0,
        signal: null,
      });
      const { received, answered, dropped } = server.log.one('datagrams');
      assert.deepEqual([received, answered, dropped], [1, 1, 0]);
      assert.equal(server.log.messages.at(-1), 'stopped');
      assert.equal(server.stderr, '');
    });

    it(`ends after the grace period without the last answer, and at once on a second signal, under ${model}`, async (t) => {
      const start = (grace: string) =>
        startHandoff(t, [
          fixture('datagrams'),
          ...UDP,
          ...modelOptions(model, 1),
          '--grace',
          grace,
        ]);
      for (const [grace, status] of [
        ['50', 0],
        ['600000', 130],
      ] as const) {
        const server = await start(grace);
        const client = await datagramClient(t, addressOf(server));
        client.send('hang');
        server.signal('SIGTERM');
        await server.log.next('stopping');
        if (status !== 0) server.signal('SIGINT');
        assert.equal((await server.exit).status, status);
      }
    });
  }

  it('reports an address in use', async (t) => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    t.after(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address();
    const outcome = await runHandoff(t, ['serve', 'echo', ...UDP, '--port', `${port}`]);
    const stderr = `handoff: cannot listen on 127.0.0.1:${port}: the address is in use; choose another with --port\n`;
    assert.deepEqual(outcome, { status: 1, signal: null, stdout: '', stderr });
  });

  for (const [host, complaint] of [
    ['host.invalid', /^handoff: cannot listen on host\.invalid:0: no such host/],
    [
      '203.0.113.1',
      /^handoff: cannot listen on 203\.0\.113\.1:0: this machine has no such address\n$/,
    ],
  ] as const) {
    it(`reports that it cannot listen on ${host}`, async (t) => {
      const { status, stderr } = await runHandoff(t, [
        'serve',
        'echo',
        ...UDP,
        '--port',
        '0',
        '--host',
        host,
      ]);
      assert.equal(status, 1);
      assert.match(stderr, complaint);
    });
  }

  for (const [args, complaint] of [
    [['hello', ...UDP], /^hello has no --transport udp; these have: capitalize, date, .*hangman$/],
    [[fixture('chatter'), ...UDP], /^\S*chatter\.js has no --transport udp; these have: /],
    [['echo', ...UDP, '--socket', '/tmp/none'], /^datagrams go to a port, not to a --socket$/],
    [['echo', '--transport', 'sctp'], /sctp/],
    [['echo', '--transport'], /transport/],
  ] as const) {
    it(`refuses: serve ${args.join(' ').replace(/\S*\//g, '')}`, async (t) => {
      await assertRefused(t, ['serve', ...args], complaint);
    });
  }
});

describe('handoff connect --transport udp', bounds, () => {
  const connect = (port: number, ...args: string[]) => [
    'connect',
    ...args,
    ...UDP,
    '--port',
    `${port}`,
  ];

  it('sends each line as a datagram and shows each answer on a line', async (t) => {
    const { port } = await startDatagrams(t, { service: 'capitalize' });
    const outcome = await runHandoff(t, connect(port, 'capitalize'), { input: 'Grüße\r\n\nzwei' });
    assert.deepEqual(outcome, { ...DONE, stdout: 'GRÜSSE\n\nZWEI\n' });
  });

  it('has status 1 when an answer is an error', async (t) => {
    const { port } = await startDatagrams(t, { service: 'hangman' });
    const outcome = await runHandoff(t, connect(port), { input: 'e\nQUIT\n' });
    const stdout = 'ERR no game is going on: PLAY begins one, QUIT leaves\nBYE\n';
    assert.deepEqual(outcome, { ...DONE, status: 1, stdout });
  });

  it('reports a missing answer and has status 1', async (t) => {
    const { port } = await startDatagrams(t, { service: fixture('datagrams') });
    const outcome = await runHandoff(t, connect(port), { input: 'hush\ncount\n' });
    assert.deepEqual(outcome, { status: 1, signal: null, stdout: '2\n', stderr: 'no answer\n' });
  });

  it('reports a port without a listener in one line', async (t) => {
    const port = await unusedPort(t);
    const { status, stderr } = await runHandoff(t, connect(port), { input: 'ping\n' });
    assert.deepEqual(
      [status, stderr],
      [
        1,
        `handoff: 127.0.0.1:${port}: the port is closed; is the server running with --transport udp?\n`,
      ],
    );
  });

  it('reports a line that is too long in one line', async (t) => {
    const { port } = await startDatagrams(t);
    const { status, stderr } = await runHandoff(t, connect(port), { input: 'x'.repeat(70_000) });
    assert.deepEqual(
      [status, stderr],
      [1, `handoff: 127.0.0.1:${port}: a line is too long for a datagram\n`],
    );
  });

  it('refuses a Unix-domain socket', async (t) => {
    await assertRefused(
      t,
      ['connect', ...UDP, '--socket', '/tmp/none'],
      /^datagrams go to a port, not to a --socket$/,
    );
  });
});
