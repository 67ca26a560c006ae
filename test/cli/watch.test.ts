/** `handoff watch`, and the admin socket of `handoff serve --admin`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Snapshot } from '../../src/admin/snapshot.js';
import { connectClient } from '../support/client.js';
import { coverPrograms } from '../support/environment.js';
import {
  fixture,
  runHandoff,
  startHandoff,
  temporaryDirectory,
  watchHandoff,
} from '../support/handoff.js';
import { noTerminal, openTerminal } from '../support/terminal.js';

coverPrograms();

const bounds = { timeout: 60_000, concurrency: 4 };
const LIGHT = ['echo', '--model', 'event-loop'];

describe('handoff serve', bounds, () => {
  it('opens an admin socket only with --admin and removes it at the end', async (t) => {
    const path = adminPath(t);
    const plain = await startHandoff(t, LIGHT);
    assert.equal(plain.log.one('listening').admin, undefined);
    const server = await startHandoff(t, LIGHT, { env: { HANDOFF_ADMIN: path } });
    assert.equal(server.log.one('listening').admin, path);
    assert.equal(socketsOf(server.pid), socketsOf(plain.pid) + 1);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal(existsSync(path), false);
  });

  it('does not start without its admin socket', async (t) => {
    const path = adminPath(t);
    writeFileSync(path, 'data');
    const outcome = await runHandoff(t, ['serve', ...LIGHT, '--port', '0', '--admin', path]);
    assert.deepEqual([outcome.status, outcome.stdout], [1, '']);
    assert.match(
      outcome.stderr,
      /^handoff: cannot listen on .*admin: it is a file, not a socket\n$/,
    );
  });

  it('has no admin socket for datagrams', async (t) => {
    const { status, stderr } = await runHandoff(t, [
      'serve',
      'echo',
      '--transport',
      'udp',
      '--admin',
      'x',
    ]);
    assert.deepEqual(
      [status, stderr],
      [2, 'handoff: --admin cannot be used with --transport udp, which has no connections\n'],
    );
  });
});

describe('handoff watch', bounds, () => {
  it('shows one snapshot as a table or as JSON, or a sequence of snapshots', async (t) => {
    const path = adminPath(t);
    const server = await startHandoff(t, [...LIGHT, '--admin', path]);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');

    const table = await runHandoff(t, ['watch', path, '--once']);
    assert.deepEqual([table.status, table.stderr], [0, '']);
    assert.match(table.stdout, /^echo {2}event-loop {2}127\.0\.0\.1:\d+ {2}pid \d+/);
    assert.match(table.stdout, /^ +main {2}waiting in recv +#1 127\.0\.0\.1:\d+ +5 B +5 B/m);
    assert.doesNotMatch(table.stdout, /\x1b/);

    const json = await runHandoff(t, ['watch', path, '--once', '--json']);
    assert.deepEqual([json.status, json.stderr], [0, '']);
    assert.equal((JSON.parse(json.stdout) as Snapshot).clients.first[0]?.bytesIn, 5);

    const { child, outcome } = watchHandoff(t, ['watch', path, '--every', '50', '--json']);
    const seen = [];
    while (seen.length < 3) {
      const [text] = (await once(child.stdout, 'data')) as [string];
      seen.push(...text.split('\n').slice(0, -1));
    }
    child.kill('SIGINT');
    assert.equal((await outcome).status, 130);
  });

  it('reports the end of the server', async (t) => {
    const path = adminPath(t);
    const server = await startHandoff(t, [...LIGHT, '--admin', path]);
    const { child, outcome } = watchHandoff(t, ['watch', path, '--every', '50']);
    await once(child.stdout, 'data');
    await server.stop();
    const { status, stdout, stderr } = await outcome;
    assert.deepEqual([status, stderr], [1, `handoff: ${path}: the server has ended\n`]);
    assert.match(stdout, /^echo .*\n\nmain /);
  });

  it('ends without an error when the reader closes its output', async (t) => {
    const path = adminPath(t);
    await startHandoff(t, [...LIGHT, '--admin', path]);
    const { status, stderr } = await runHandoff(t, ['watch', path, '--every', '50'], {
      closeOutput: true,
    });
    assert.deepEqual([status, stderr], [1, '']);
  });

  it('reports an unusable socket or snapshot in one line', async (t) => {
    const folder = temporaryDirectory(t);
    const complaints: [path: string, complaint: RegExp][] = [
      [join(folder, 'none'), /there is no such socket/],
    ];
    for (const [name, says, complaint] of [
      ['another', 'hello\n', /"hello" is not a snapshot; is this the path given to --admin\?/],
      ['newer', '{"format":2}\n', /snapshots of format 2; this program knows format 1/],
      ['full', '{"format":1,"error":"full \\u001b[2J"}\n', /full ␛\[2J$/m],
      ['strange', '{"format":1,"service":"echo","clients":[]}\n', /is not a snapshot/],
      ['endless', 'x'.repeat(2_000_000), /"x{100}…" is not a snapshot/],
      ['mute', '', /the server has ended/],
    ] as const) {
      const path = join(folder, name);
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(says);
      }).listen(path);
      t.after(() => void server.close());
      complaints.push([path, complaint]);
    }
    const outcomes = complaints.map(async ([path, complaint]) => {
      const { status, stdout, stderr } = await runHandoff(t, ['watch', path, '--once']);
      assert.deepEqual([status, stdout], [1, ''], path);
      assert.match(stderr, complaint);
      assert.match(stderr, /^handoff: [^\n]+\n$/);
    });
    await Promise.all(outcomes);
  });

  it('shows a live table and then restores the terminal', { skip: noTerminal }, async (t) => {
    const path = adminPath(t);
    const server = await startHandoff(t, [...LIGHT, '--admin', path]);
    const terminal = openTerminal(t, ['watch', path, '--every', '50']);
    await terminal.shows(/^queue {4}empty$/m);
    const client = await connectClient(t, server);
    await terminal.shows(/^ +main {2}waiting in recv +#1 127.* 0 B +0 B/m);
    await client.exchange('hello', 'hello');
    await terminal.shows(/^ +main {2}waiting in recv +#1 127.* 5 B +5 B/m);
    assert.match(terminal.output(), /\x1b\[36mwaiting in recv\x1b/);
    terminal.type('q');
    assert.deepEqual(await terminal.exit(), {
      status: 0,
      signal: null,
      canonical: true,
      echo: true,
    });
    assert.ok(terminal.output().endsWith('\x1b[?25h\x1b[?1049l'));
  });

  it(
    'says for how long a server has been silent, why, and who waits',
    { skip: noTerminal },
    async (t) => {
      const path = adminPath(t);
      const server = await startHandoff(t, [...LIGHT, '--loop-lag', '50', '--admin', path]);
      const terminal = openTerminal(t, ['watch', path, '--every', '50']);
      await terminal.shows(/^backlog {2}empty$/m);
      server.signal('SIGSTOP');
      await connectClient(t, server);
      await terminal.shows(/^no answer for \d+\.\d s: the process is stopped$/m);
      await terminal.shows(/^1 client waits in the backlog: main has not accepted it$/m);
      server.signal('SIGCONT');
      await terminal.shows(/^main blocked for \d+\.\d s by no client \(stopped\?\), /m);

      server.signal('SIGSTOP');
      const late = openTerminal(t, ['watch', path, '--every', '50']);
      await late.shows(/admin: no answer yet: main is blocked, or stopped$/m);
      server.signal('SIGCONT');
      await late.shows(/^main blocked for /m);
    },
  );

  it('names clients that hold others up', async (t) => {
    const path = adminPath(t);
    const iterative = [fixture('trouble'), '--model', 'iterative', '--admin', path];
    const server = await startHandoff(t, iterative);
    const first = await connectClient(t, server);
    await first.exchange('echo hello\n', 'hello\n');
    await connectClient(t, server);
    const { child } = watchHandoff(t, ['watch', path, '--every', '50']);
    const says = async (what: RegExp) => {
      let text = '';
      while (!what.test(text)) text += ((await once(child.stdout, 'data')) as [string])[0];
    };
    await says(/^the first client in the queue has waited \d+\.\d s$/m);
    await says(/^client 1 silent for \d+\.\d s; others are in the queue$/m);
    first.pause();
    first.send('flood 20\n');
    await says(/^client 1 does not read its answers, for \d+\.\d s now$/m);
  });

  it(
    'restores the terminal on Ctrl-C and at the end of the server',
    { skip: noTerminal },
    async (t) => {
      const path = adminPath(t);
      const server = await startHandoff(t, [...LIGHT, '--admin', path]);
      const env = { NO_COLOR: '1' };
      const [interrupted, left] = [1, 2].map(() =>
        openTerminal(t, ['watch', path, '--every', '50'], env),
      );
      await interrupted?.shows(/^queue {4}empty$/m);
      await left?.shows(/^queue {4}empty$/m);
      assert.doesNotMatch(left?.output() ?? '', /\x1b\[\d+m/);
      interrupted?.type('\x03');
      const modes = { signal: null, canonical: true, echo: true };
      assert.deepEqual(await interrupted?.exit(), { status: 130, ...modes });
      await server.stop();
      assert.deepEqual(await left?.exit(), { status: 1, ...modes });
      assert.match(
        left?.output() ?? '',
        /\x1b\[\?1049lhandoff: .*admin: the server has ended\r\n$/,
      );
    },
  );
});

function adminPath(t: TestContext): string {
  return join(temporaryDirectory(t), 'admin');
}

/** Number of open sockets of a process. */
function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => readlinkSync(join(folder, fd)).startsWith('socket:'))
    .length;
}
