/** The admin socket by itself, before a server that is made up: who may connect where, and what watchers cannot do to it. */
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
const log = openLog({ level: 'silent', file: undefined, connections: false }, {});

describe('the admin socket', bounds, () => {
  it('is a file that only its owner may use, and is gone when it is closed', async (t) => {
    const { path, admin } = await open(t);
    assert.equal(lstatSync(path).mode & 0o777, 0o600);
    // Other files are made as before.
    const other = join(temporaryDirectory(t), 'other');
    writeFileSync(other, '', { mode: 0o700 });
    assert.equal(lstatSync(other).mode & 0o777, 0o700);
    admin.close();
    assert.equal(existsSync(path), false);
  });

  it('takes over a socket that a dead server has left behind', async (t) => {
    const path = join(temporaryDirectory(t), 'admin');
    const dead = createServer().listen(`${path}.moved`);
    await once(dead, 'listening');
    renameSync(`${path}.moved`, path);
    dead.close();
    await once(dead, 'close');
    await open(t, { path });
    await assertServed(t, path);
  });

  it('leaves that of a live server to it, and a file that is no socket as it is', async (t) => {
    const { path } = await open(t);
    await assert.rejects(open(t, { path }), { name: 'StartError', message: /another server answers there/ });
    await assertServed(t, path);
    const precious = join(temporaryDirectory(t), 'precious');
    writeFileSync(precious, 'data');
    await assert.rejects(open(t, { path: precious }), { name: 'StartError', message: /precious/ });
    assert.equal(readFileSync(precious, 'utf8'), 'data');
  });

  it('says what is wrong with a path', async (t) => {
    const folder = temporaryDirectory(t);
    const path = join(folder, 'none', 'admin');
    await assert.rejects(open(t, { path }), { name: 'StartError', message: /no such directory/ });
  });
});

describe('a watcher', bounds, () => {
  it('has one snapshot at once, one more for each line that it asks with, and the end for its end', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path);
    assert.equal(countIn(await watcher.next()), 1);
    watcher.socket.write('\n');
    assert.equal(typeof (await watcher.next()), 'string');
    watcher.socket.end();
    assert.deepEqual(await watcher.rest(), []);
  });

  it('has snapshots as often as it asks for, also when it says no more', async (t) => {
    const { path } = await open(t);
    const watcher = await connectWatcher(t, path, '{"everyMs":50}\n');
    watcher.socket.end();
    const counts = [];
    for (let snapshot = 0; snapshot < 4; snapshot++) counts.push(countIn(await watcher.next()));
    assert.deepEqual(counts, [1, 2, 3, 4]);
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
    it(`is told so, and let go, when its line ${what}`, async (t) => {
      const { path } = await open(t);
      const watcher = await connectWatcher(t, path, request);
      const said = await watcher.rest();
      const { format, error } = JSON.parse(said.at(-1) ?? '') as { format: number; error: string };
      assert.equal(format, 1);
      assert.match(error, /expected \{"everyMs":<50 to 5000>\} or an empty line/);
      await assertServed(t, path);
    });
  }

  it('that reads slowly misses snapshots, and disturbs no other', async (t) => {
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

  it('that reads nothing is cut off, and so is one that is silent', async (t) => {
    const { path } = await open(t, { padding: 'x'.repeat(4_000_000), silenceMs: 100 });
    const silent = await connectWatcher(t, path);
    assert.equal((await silent.rest()).length, 1);
    const unread = await connectWatcher(t, path, '{"everyMs":50}\n');
    unread.socket.pause();
    // A watcher that comes and goes after that is the clock: it is there for as long as silence is borne.
    await (await connectWatcher(t, path)).rest();
    await (await connectWatcher(t, path)).rest();
    unread.socket.resume();
    // Only a part of the first snapshot had found room.
    assert.deepEqual(await unread.rest().then((lines) => lines.map((line) => isWhole(line))), [false]);
    await assertServed(t, path);
  });

  it('is told when there are too many', async (t) => {
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

/** Its snapshots are counted, and are nothing else but long. */
async function open(
  t: TestContext,
  { path = join(temporaryDirectory(t), 'admin'), padding = '', silenceMs = 20_000 }: Opening = {},
) {
  let count = 0;
  const take = () => ({ uptimeMs: ++count, service: padding }) as Snapshot;
  const admin = await AdminSocket.open(path, { take }, log, silenceMs);
  t.after(() => admin.close());
  return { path, admin };
}

function countIn(line: string | undefined): number {
  assert.ok(line);
  return (JSON.parse(line) as Snapshot).uptimeMs;
}

/** A watcher who comes now gets its snapshot. */
async function assertServed(t: TestContext, path: string): Promise<void> {
  const watcher = await connectWatcher(t, path);
  assert.ok(countIn(await watcher.next()) > 0);
  watcher.socket.destroy();
}

function isWhole(line: string): boolean {
  return line.endsWith('}');
}
