/** The start of `handoff serve`: its addresses, its errors, and modules of the user. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { connectClient } from '../support/client.js';
import { coverPrograms } from '../support/environment.js';
import {
  fixture,
  runHandoff,
  startHandoff,
  temporaryDirectory,
  watchHandoff,
  type Outcome,
} from '../support/handoff.js';

coverPrograms();

const bounds = { timeout: 60_000, concurrency: 4 };
const LIGHT = ['echo', '--model', 'event-loop'];

describe('handoff serve', bounds, () => {
  it('reports an address in use', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const outcome = await runHandoff(t, ['serve', 'echo', '--warm', '2', '--port', `${port}`]);
    assertNotStarted(
      outcome,
      `cannot listen on 127.0.0.1:${port}: the address is in use; choose another with --port`,
    );
  });

  for (const [host, complaint] of [
    ['host.invalid', /^handoff: cannot listen on host\.invalid:0: no such host/],
    [
      '203.0.113.1',
      /^handoff: cannot listen on 203\.0\.113\.1:0: this machine has no such address$/m,
    ],
    [
      '2001:db8::1',
      /^handoff: cannot listen on \[2001:db8::1\]:0: this machine has no such address$/m,
    ],
  ] as const) {
    it(`reports that it cannot listen on ${host}`, async (t) => {
      const outcome = await runHandoff(t, ['serve', ...LIGHT, '--port', '0', '--host', host]);
      assertNotStarted(outcome, complaint);
    });
  }

  it(
    'reports a missing permission',
    {
      skip: process.getuid?.() === 0 && 'root may listen everywhere',
    },
    async (t) => {
      const directory = temporaryDirectory(t);
      chmodSync(directory, 0o500);
      const path = join(directory, 'socket');
      const outcome = await runHandoff(t, ['serve', ...LIGHT, '--socket', path]);
      assertNotStarted(outcome, `cannot listen on ${path}: no permission`);
    },
  );

  it('reports a missing directory of its socket or its log', async (t) => {
    const path = join(temporaryDirectory(t), 'none', 'socket');
    const noSocket = await runHandoff(t, ['serve', ...LIGHT, '--socket', path]);
    assertNotStarted(noSocket, `cannot listen on ${path}: no such directory`);
    const noLog = await runHandoff(t, ['serve', ...LIGHT, '--port', '0', '--log-file', path]);
    assertNotStarted(noLog, `cannot write the log ${path}: there is no such directory`);
  });

  it('replaces the socket file of a dead server and removes its own at the end', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    const killed = await startHandoff(t, [...LIGHT, '--socket', path]);
    killed.signal('SIGKILL');
    await killed.exit;
    assert.ok(lstatSync(path).isSocket());
    const server = await startHandoff(t, [...LIGHT, '--socket', path]);
    assert.equal(server.log.one('listening').path, path);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    assert.equal((await server.log.next('accepted')).peer, 'unix');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal(existsSync(path), false);
  });

  it('does not replace the socket of a running server', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    const server = await startHandoff(t, [...LIGHT, '--socket', path]);
    const outcome = await runHandoff(t, ['serve', ...LIGHT, '--socket', path]);
    assertNotStarted(outcome, `cannot listen on ${path}: another server answers there`);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
  });

  it('does not remove a file that is not a socket', async (t) => {
    const path = join(temporaryDirectory(t), 'precious');
    writeFileSync(path, 'data');
    const outcome = await runHandoff(t, ['serve', ...LIGHT, '--socket', path]);
    assertNotStarted(outcome, `cannot listen on ${path}: it is a file, not a socket`);
    assert.equal(readFileSync(path, 'utf8'), 'data');
  });

  it('listens on IPv6', async (t) => {
    const server = await startHandoff(t, [...LIGHT, '--host', '::1']);
    assert.equal(server.log.one('listening').address, '::1');
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    assert.equal((await server.log.next('accepted')).peer, `[::1]:${client.localPort ?? 0}`);
  });

  it('serves a module of the user by its path', async (t) => {
    const path = fixture('trouble');
    for (const model of ['event-loop', 'thread-per-client']) {
      const args = [`./${relative(dirname(path), path)}`, '--model', model];
      const server = await startHandoff(t, args, { cwd: dirname(path) });
      const client = await connectClient(t, server);
      await client.exchange('echo mine\n', 'mine\n');
    }
  });

  for (const model of ['event-loop', 'thread-per-client']) {
    it(`reports a missing module, and a module without a service, under ${model}`, async (t) => {
      const args = ['--model', model, '--port', '0'];
      assertNotStarted(await runHandoff(t, ['serve', './nowhere.js', ...args]), /nowhere\.js/);
      const outcome = await runHandoff(t, ['serve', fixture('no-service'), ...args]);
      assertNotStarted(outcome, /no-service\.js exports no service/);
    });
  }

  // Threads would fail before they run with few descriptors, while they load their modules with more.
  for (const descriptors of [50, 64, 150]) {
    it(`reports in one line that ${descriptors} descriptors are too few for its threads`, async (t) => {
      const args = ['serve', 'echo', '--port', '0', '--threads', '64', '--warm', '64'];
      // V8 would need descriptors for its coverage and would print an error for each.
      const env = { NODE_V8_COVERAGE: '' };
      const { stderr, stdout, status, signal } = await runHandoff(t, args, { descriptors, env });
      assert.match(
        stderr,
        /^handoff: cannot start 64 client threads: the limit of open files \(ulimit -n \d+\) allows (\d+|none)\n$/,
      );
      assert.deepEqual([status, signal], [1, null]);
      assert.doesNotMatch(stdout, /listening|thread lost|pool failed/);
    });
  }

  it('reports a log that it cannot write', { timeout: 20_000 }, async (t) => {
    const args = ['serve', 'echo', '--port', '0', '--log-file', '/dev/full'];
    const admin = join(temporaryDirectory(t), 'admin');
    // The first log line, and what is open at that time, differ between the two.
    for (const more of [
      ['--threads', '1', '--warm', '1', '--admin', admin],
      ['--transport', 'udp'],
    ]) {
      const outcome = await runHandoff(t, [...args, ...more]);
      assertNotStarted(
        outcome,
        /^handoff: cannot write the log: ENOSPC: no space left on device, write$/m,
      );
    }
    assert.equal(existsSync(admin), false);
  });

  it('ends at once on a signal while its threads are starting', async (t) => {
    const directory = temporaryDirectory(t);
    const module = join(directory, 'slow.mjs');
    // The module writes to standard error while it loads, and never finishes loading.
    writeFileSync(
      module,
      `console.error('loading'); await new Promise(() => setInterval(() => {}, 1000));`,
    );
    const { outcome, child } = watchHandoff(t, ['serve', module, '--port', '0']);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    assert.equal((await outcome).status, 130);
  });
});

/** Asserts one line on standard error and status 1. */
function assertNotStarted({ status, signal, stderr }: Outcome, complaint: string | RegExp): void {
  assert.match(stderr, /^handoff: [^\n]+\n$/);
  if (typeof complaint === 'string') assert.equal(stderr, `handoff: ${complaint}\n`);
  else assert.match(stderr, complaint);
  assert.deepEqual({ status, signal }, { status: 1, signal: null });
}
