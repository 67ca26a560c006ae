/** The admin socket with a simulated server: access to the file, and misbehaving watchers. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { AdminSocket } from '../../src/admin/admin-socket.js';
import type { Snapshot } from '../../src/admin/snapshot.js';
import { openLog } from '../../src/log/log.js';
import { connectWatcher } from '../support/admin.js';
import { temporaryDirectory } from '../support/handoff.js';

const bounds = { timeout: 30_000 };
const log = openLog({ level: 'silent', file: undefined, connections: false }, {}, () => undefined);

describe('the admin socket', bounds, () => {
  it('is a file that only its owner may use, and that closing removes', async (t) => {
    const { path, admin } = await open(t);
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    // The umask of the process is unchanged.
    const other = join(temporaryDirectory(t), 'other');
    writeFileSync(other, '', { mode: 0o700 });
    assert.equal(lstatSync(other).mode & 0o777, 0o700);
    admin.close();
    assert.equal(existsSync(path), false);
  });

  it('replaces the socket file of a dead server', async (t) => {
    const path = join(temporaryDirectory(t), 'admin');
    const dead = createServer().listen(`${path}.moved`);
    await once(dead, 'listening');
    renameSync(`${path}.moved`, path);
    dead.close();
    await once(dead, 'close');
    await open(t, { path });
    await assertServed(t, path);
  });

  it('replaces neither the socket of a live server nor a file that is not a socket', async (t) => {
    const { path } = await open(t);
    await assert.rejects(open(t, { path }), {
      name: 'StartError',
      message: /another server answers there/,
    });
    await assertServed(t, path);
    const precious = join(temporaryDirectory(t), 'precious');
    writeFileSync(precious, 'data');
    await assert.rejects(open(t, { path: precious }), { name: 'StartError', message: /precious/ });
    assert.equal(readFileSync(precious, 'utf8'), 'data');
  });

  it('reports why a path cannot be used', async (t) => {
    const folder = temporaryDirectory(t);
    const path = join(folder, 'none', 'admin');
    await assert.rejects(open(t, { path }), { name: 'StartError', message: /no such directory/ });
  });
});

describe('a watcher', bounds, () => {
  it('receives one snapshot at once, one more for each request line, and an end for its end', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path);
    assert.equal(countIn(await watcher.next()), 1);
    watcher.socket.write('\n');
    assert.equal(typeof (await watcher.next()), 'string');
    watcher.socket.end();
    assert.deepEqual(await watcher.rest(), []);
  });

  it('receives snapshots at the interval that it requests, without further requests', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path, '{"everyMs":50}\n');
    watcher.socket.end();
    const counts = [];
    for (let snapshot = 0; snapshot < 4; snapshot++) counts.push(countIn(await watcher.next()));
    assert.deepEqual(counts, [1, 2, 3, 4]);
  });

  it('receives brief snapshots if it asks for them', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path, '{"everyMs":50,"brief":true}\n');
    assert.match((await watcher.next()) ?? '', /"service":""/);
    for (let snapshot = 0; snapshot < 2; snapshot++)
      assert.match((await watcher.next()) ?? '', /"service":"brief"/);
    watcher.socket.write('{"everyMs":50}\n');
    let line = await watcher.next();
    while (line?.includes('"brief"')) line = await watcher.next();
    assert.match(line ?? '', /"service":""/);
  });

  it('is told how much processor time snapshots have cost', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path, '{"everyMs":50}\n');
    const costs = [];
    for (let snapshot = 0; snapshot < 3; snapshot++) {
      const { watchingCpuMs } = JSON.parse((await watcher.next()) ?? '') as Snapshot;
      costs.push(watchingCpuMs ?? NaN);
    }
    const [first = NaN, second = NaN, third = NaN] = costs;
    assert.ok(first > 0 && second > first && third > second, costs.join());
  });

  for (const [what, request] of [
    ['is no JSON', 'hello\n'],
    ['is no request', '{"format":1}\n'],
    ['is null', 'null\n'],
    ['asks too often', '{"everyMs":49}\n'],
    ['asks too seldom', '{"everyMs":5001}\n'],
    ['asks for no number', '{"everyMs":"500"}\n'],
    ['asks for a part of a millisecond', '{"everyMs":500.5}\n'],
    ['never ends', 'x'.repeat(1025)],
    ['ends late', `${' '.repeat(100_000)}x\n`],
    ['is not even text', '\xff\0\n'],
  ] as const) {
    it(`receives an error and is disconnected when its line ${what}`, async (t) => {
      const { path } = await open(t);
      const watcher = await connectWatcher(t, path, request);
      const said = await watcher.rest();
      const { format, error } = JSON.parse(said.at(-1) ?? '') as { format: number; error: string };
      assert.equal(format, 1);
      assert.match(error, /expected \{"everyMs":<50 to 5000>\} or an empty line/);
      await assertServed(t, path);
    });
  }

  it('that reads slowly misses snapshots and does not affect others', async (t) => {
    const { path } = await open(t, { padding: 'x'.repeat(4_000_000) });
    const slow = await connectWatcher(t, path);
    slow.socket.pause();
    slow.socket.write('{"everyMs":50}\n');
    const quick = await connectWatcher(t, path, '{"everyMs":50}\n');
    for (let snapshot = 0; snapshot < 10; snapshot++) await quick.next();
    slow.socket.resume();
    const first = countIn(await slow.next());
    const second = countIn(await slow.next());
    assert.ok(second >= first + 5, `${first}, then ${second}`);
  });

  it('is disconnected if it reads nothing or sends nothing', async (t) => {
    const { path } = await open(t, { padding: 'x'.repeat(4_000_000), silenceMs: 100 });
    const silent = await connectWatcher(t, path);
    assert.equal((await silent.rest()).length, 1);
    const unread = await connectWatcher(t, path, '{"everyMs":50}\n');
    unread.socket.pause();
    // Two silent watchers act as the clock: each stays connected for the idle timeout.
    await (await connectWatcher(t, path)).rest();
    await (await connectWatcher(t, path)).rest();
    unread.socket.resume();
    // The socket buffer had room for a part of the first snapshot only.
    assert.deepEqual(await unread.rest().then((lines) => lines.map((line) => isWhole(line))), [
      false,
    ]);
    await assertServed(t, path);
  });

  it('receives an error when there are too many watchers', async (t) => {
    const { path } = await open(t);
    for (let watchers = 0; watchers < 16; watchers++) await (await connectWatcher(t, path)).next();
    const [said = ''] = await (await connectWatcher(t, path)).rest();
    assert.match(said, /"error":"there are 16 watchers already"/);
  });
});

interface Opening {
  readonly path?: string;
  readonly padding?: string;
  readonly silenceMs?: number;
}

/** A simulated server whose snapshots contain their number and padding. */
async function open(
  t: TestContext,
  { path = join(temporaryDirectory(t), 'admin'), padding = '', silenceMs = 20_000 }: Opening = {},
) {
  let count = 0;
  const take = () => ({ uptimeMs: ++count, service: padding }) as Snapshot;
  const takeBrief = () => ({ uptimeMs: ++count, service: 'brief' }) as Snapshot;
  const observer = { refresh: () => undefined, take, takeBrief };
  const admin = await AdminSocket.open(path, observer, log, { silenceMs });
  t.after(() => admin.close());
  return { path, admin };
}

function countIn(line: string | undefined): number {
  assert.ok(line);
  return (JSON.parse(line) as Snapshot).uptimeMs;
}

/** Asserts that a new watcher receives a snapshot. */
async function assertServed(t: TestContext, path: string): Promise<void> {
  const watcher = await connectWatcher(t, path);
  assert.ok(countIn(await watcher.next()) > 0);
  watcher.socket.destroy();
}

function isWhole(line: string): boolean {
  return line.endsWith('}');
}
