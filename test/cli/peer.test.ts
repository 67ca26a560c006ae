/** `handoff peer`: a server and a client in one process. The tests need the web service. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { findService } from '../../src/services/catalogue.js';
import { coverPrograms } from '../support/environment.js';
import { runHandoff, temporaryDirectory, watchHandoff } from '../support/handoff.js';
import { unusedPort } from '../support/raw-server.js';

coverPrograms();

const bounds = {
  timeout: 60_000,
  concurrency: 4,
  skip: findService('web') ? false : 'there is no web service',
};

/** Makes a folder with a file for the other peers. */
function folderOf(t: TestContext, text: string): string {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'mine'));
  writeFileSync(join(directory, 'mine', 'myData.txt'), text);
  return directory;
}

function argsOf(directory: string, port: number, ...more: readonly string[]): string[] {
  const folders = ['--root', join(directory, 'mine'), '--into', join(directory, 'theirs')];
  return ['peer', ...folders, '--port', `${port}`, '--wait', '20', ...more];
}

describe('handoff peer', bounds, () => {
  it('fetches every file from every peer, in whatever order the peers start', async (t) => {
    const ports = [await unusedPort(), await unusedPort(), await unusedPort()];
    const peers = ports.map((port) => `127.0.0.1:${port}`);
    const folders = ports.map((port) => folderOf(t, `the file of ${port}`));
    const outcomes = await Promise.all(
      ports.map((port, index) =>
        runHandoff(t, argsOf(folders[index] ?? '', port, '--linger', '3000', ...peers)),
      ),
    );
    for (const [index, { status, stderr }] of outcomes.entries()) {
      assert.equal(status, 0, stderr);
      for (const port of ports) {
        const path = join(folders[index] ?? '', 'theirs', `127.0.0.1_${port}-myData.txt`);
        assert.equal(readFileSync(path, 'utf8'), `the file of ${port}`);
      }
    }
  });

  it('has status 1 when a file is missing', async (t) => {
    const [own, other] = [await unusedPort(), await unusedPort()];
    const args = argsOf(
      folderOf(t, 'x'),
      own,
      `127.0.0.1:${other}`,
      '--tries',
      '2',
      '--linger',
      '0',
    );
    const { status, stderr } = await runHandoff(t, args);
    assert.equal(status, 1);
    assert.match(stderr, /failed after 2 tries: .*connection refused/);
    assert.match(stderr, /0 of 1 file has arrived/);
  });

  it('reports a folder that it cannot make', async (t) => {
    const args = [
      'peer',
      '--root',
      join(folderOf(t, 'x'), 'mine'),
      '--into',
      '/proc/handoff/in',
      '127.0.0.1:1',
    ];
    const { status, stderr } = await runHandoff(t, args);
    assert.deepEqual(
      [status, stderr],
      [1, 'handoff: cannot write /proc/handoff/in: there is no such directory\n'],
    );
  });

  it('keeps serving with --stay, and Ctrl-C then ends it with status 0', async (t) => {
    const own = await unusedPort();
    const args = argsOf(folderOf(t, 'mine'), own, `127.0.0.1:${own}`, '--stay');
    const env = { HANDOFF_LINGER: '0' };
    const { child, outcome } = watchHandoff(t, args, { env });
    for await (const line of createInterface(child.stderr)) if (line.includes('has arrived')) break;
    const { stdout } = await runHandoff(t, ['fetch', `http://127.0.0.1:${own}/myData.txt`]);
    assert.equal(stdout, 'mine');
    child.kill('SIGINT');
    assert.equal((await outcome).status, 0);
  });

  it('ends with status 130 on Ctrl-C while files are missing', async (t) => {
    const args = argsOf(folderOf(t, 'x'), 0, `127.0.0.1:${await unusedPort()}`);
    const { child, outcome } = watchHandoff(t, args);
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    assert.equal((await outcome).status, 130);
  });
});

describe('handoff peer with wrong usage', { timeout: 60_000, concurrency: 4 }, () => {
  for (const [args, status, complaint] of [
    [[], 2, 'peer needs <peer>, as host:port; for example: handoff peer 192.0.2.7:8080'],
    [['h:x'], 2, '"h:x" is not a host:port'],
    [['h', 'h:8080'], 2, '"h:8080" is given twice'],
    [['h', '--port', '1', '--port', '2'], 2, '--port is given twice, as "1" and "2"; give it once'],
    [['h', '--file', '../x'], 2, '--file "../x" is not a path below a peer\'s folder'],
    [['h', '--root', '/no/such'], 1, 'cannot serve /no/such: there is no such directory'],
  ] as const) {
    it(`gets one line: ${args.join(' ')}`, async (t) => {
      const outcome = await runHandoff(t, ['peer', ...args]);
      assert.deepEqual(outcome, {
        status,
        signal: null,
        stdout: '',
        stderr: `handoff: ${complaint}\n`,
      });
    });
  }
});
