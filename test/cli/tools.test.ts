/** `handoff fetch`, `send`, `gettime` and `lookup` in scripts: output, error line, status. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { coverPrograms } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import { runHandoff, temporaryDirectory, watchHandoff } from '../support/handoff.js';
import { answering, startRawServer, unusedPort } from '../support/raw-server.js';
import { assertRefused } from '../support/refusal.js';
import { startServer } from '../support/server.js';

coverPrograms();

const bounds = { timeout: 60_000, concurrency: 4 };
const DONE = { status: 0, signal: null, stderr: '' };
const PAGE = answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: \u001b[31m\r\n\r\nhello');
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello';

describe('handoff fetch', bounds, () => {
  it('writes the body to standard output, and the headers before it with -i', async (t) => {
    const url = `http://127.0.0.1:${await startRawServer(t, PAGE)}/`;
    assert.deepEqual(await runHandoff(t, ['fetch', url]), { ...DONE, stdout: 'hello' });
    const headers = 'HTTP/1.1 200 OK\nContent-Length: 5\nX: ␛[31m\n\n';
    assert.deepEqual(await runHandoff(t, ['fetch', '-i', url]), {
      ...DONE,
      stdout: `${headers}hello`,
    });
  });

  it('gets the page of the hello service', async (t) => {
    const { port } = await startServer(t, { service: 'hello' });
    const outcome = await runHandoff(t, ['fetch', `http://localhost:${port}/`]);
    assert.deepEqual(outcome, { ...DONE, stdout: '<h1>Hello World</h1>' });
  });

  it('writes the body to a file, also over an older file and through a link', async (t) => {
    const directory = temporaryDirectory(t);
    const [file, link] = [join(directory, 'page'), join(directory, 'link')];
    writeFileSync(file, 'something older and longer');
    symlinkSync(file, link);
    const url = `http://127.0.0.1:${await startRawServer(t, PAGE)}/`;
    assert.deepEqual(await runHandoff(t, ['fetch', url, '-o', link]), { ...DONE, stdout: '' });
    assert.equal(readFileSync(file, 'utf8'), 'hello');
    assert.deepEqual(readdirSync(directory), ['link', 'page']);
    assert.equal((await runHandoff(t, ['fetch', url, '-o', '/dev/null'])).status, 0);
    assert.equal((await runHandoff(t, ['fetch', url, '--output', '-'])).stdout, 'hello');
  });

  it('keeps the permissions of a file that it replaces', async (t) => {
    const file = join(temporaryDirectory(t), 'page');
    writeFileSync(file, 'secret');
    const url = `http://127.0.0.1:${await startRawServer(t, PAGE)}/`;
    for (const mode of [0o600, 0o666]) {
      chmodSync(file, mode);
      await runHandoff(t, ['fetch', url, '-o', file]);
      assert.equal(statSync(file).mode & 0o777, mode);
    }
    assert.equal(readFileSync(file, 'utf8'), 'hello');
  });

  it('reads headers as UTF-8, or else as Latin-1', async (t) => {
    const head = Buffer.from('HTTP/1.1 200 Grün\r\nA: 🎲\r\nB: gr');
    const answer = Buffer.concat([
      head,
      Buffer.from([0xfc]),
      Buffer.from('n\r\nContent-Length: 0\r\n\r\n'),
    ]);
    const port = await startRawServer(t, (socket) => void socket.end(answer));
    const { stdout } = await runHandoff(t, ['fetch', '-i', `http://127.0.0.1:${port}/`]);
    assert.equal(stdout, 'HTTP/1.1 200 Grün\nA: 🎲\nB: grün\nContent-Length: 0\n\n');
  });

  it('makes no file from an incomplete body and keeps an older file', async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, 'page');
    const url = `http://127.0.0.1:${await startRawServer(t, answering(HALF))}/`;
    const stderr = `handoff: ${url}: the body broke off after 5 of 10 bytes\n`;
    assert.deepEqual(await runHandoff(t, ['fetch', url, '-o', file]), {
      ...DONE,
      status: 1,
      stdout: '',
      stderr,
    });
    assert.deepEqual(readdirSync(directory), []);
    writeFileSync(file, 'older');
    await runHandoff(t, ['fetch', url, '-o', file]);
    assert.equal(readFileSync(file, 'utf8'), 'older');
    assert.deepEqual(readdirSync(directory), ['page']);
  });

  it('ends with status 130 on Ctrl-C, without a message or a file', async (t) => {
    const directory = temporaryDirectory(t);
    const port = await startRawServer(t, (socket) => socket.write(HALF));
    const args = ['fetch', `http://127.0.0.1:${port}/`, '-o', join(directory, 'page')];
    const { child, outcome } = watchHandoff(t, args);
    await eventually('a part of the file', () => readdirSync(directory)[0]);
    child.kill('SIGINT');
    assert.deepEqual(await outcome, { ...DONE, status: 130, stdout: '' });
    assert.deepEqual(readdirSync(directory), []);
  });

  it('ends without an error when the reader closes its output', async (t) => {
    const port = await startRawServer(
      t,
      answering('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(10_000_000)),
    );
    const outcome = await runHandoff(t, ['fetch', `http://127.0.0.1:${port}/`], {
      closeOutput: true,
    });
    assert.deepEqual([outcome.status, outcome.stderr], [1, '']);
  });

  it('reports each failure in one line', async (t) => {
    const missing = `http://127.0.0.1:${await startRawServer(t, answering('HTTP/1.1 404 Not Found\r\n\r\n'))}/x`;
    const silent = await startRawServer(t, () => undefined);
    const unused = await unusedPort();
    const moved = `http://127.0.0.1:${await startRawServer(t, answering('HTTP/1.1 302 Found\r\nLocation: /y\r\n\r\n'))}/`;
    const good = `http://127.0.0.1:${await startRawServer(t, PAGE)}/`;
    const none = join(temporaryDirectory(t), 'none');
    for (const [args, complaint, status] of [
      [[missing, '-o', none], `${missing}: 404 Not Found`, 1],
      [[moved, '--no-follow'], `${moved}: 302 Found, to "/y"`, 1],
      [
        [`http://127.0.0.1:${silent}/`, '--timeout', '50'],
        `127.0.0.1 port ${silent}: no answer for 50 ms`,
        1,
      ],
      [
        [`http://127.0.0.1:${unused}/`],
        `127.0.0.1 port ${unused}: connection refused; is the server running?`,
        1,
      ],
      [[good, '-o', '/'], 'cannot write /: it is a directory', 1],
      [
        [good, '-o', join(none, 'x')],
        `cannot write ${join(none, 'x')}: there is no such directory`,
        1,
      ],
      [['https://localhost/'], '"https://localhost/": only http:// can be fetched', 2],
    ] as const) {
      const outcome = await runHandoff(t, ['fetch', ...args]);
      assert.deepEqual(outcome, {
        status,
        signal: null,
        stdout: '',
        stderr: `handoff: ${complaint}\n`,
      });
    }
    assert.equal(existsSync(none), false);
  });
});

describe('handoff send', bounds, () => {
  it('sends standard input or files, and prints the confirmed number of bytes', async (t) => {
    const { port } = await startServer(t, { service: 'collect' });
    const to = ['--port', `${port}`];
    const input = 'Grüße\n'.repeat(50_000);
    assert.deepEqual(await runHandoff(t, ['send', ...to], { input }), {
      ...DONE,
      stdout: 'OK 400000\n',
    });
    const directory = temporaryDirectory(t);
    for (const name of ['a', '-b', '3']) writeFileSync(join(directory, name), name.repeat(100));
    const outcome = await runHandoff(t, ['send', 'a', '3', ...to, '--', '-b'], { cwd: directory });
    assert.deepEqual(outcome, { ...DONE, stdout: 'OK 400\n' });
  });

  it("takes the server's address from the environment", async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    await startServer(t, { service: 'collect', address: { path } });
    const outcome = await runHandoff(t, ['send'], {
      env: { HANDOFF_SOCKET: path },
      input: 'hello',
    });
    assert.deepEqual(outcome, { ...DONE, stdout: 'OK 5\n' });
  });

  it('has status 1 and one line when the count is wrong, even if its input stays open', async (t) => {
    const port = await startRawServer(
      t,
      (socket) => void socket.once('data', () => socket.end('OK 4\n')),
    );
    const outcome = await runHandoff(t, ['send', '--port', `${port}`], {
      input: 'hello',
      keepInputOpen: true,
    });
    const stderr = `handoff: 127.0.0.1 port ${port}: the server answered before it received everything\n`;
    assert.deepEqual(outcome, { ...DONE, status: 1, stdout: '', stderr });
  });

  it('sends nothing when one of its files is missing', async (t) => {
    const port = await startRawServer(t, () => assert.fail('connected'));
    const outcome = await runHandoff(t, ['send', '/etc/hosts', '/no/such', '--port', `${port}`]);
    const stderr = 'handoff: cannot read /no/such: there is no such file\n';
    assert.deepEqual(outcome, { ...DONE, status: 1, stdout: '', stderr });
    assert.equal((await runHandoff(t, ['send', '/etc/hosts', '-', '--port', `${port}`])).status, 2);
  });
});

describe('handoff gettime', bounds, () => {
  it('prints the line of the daytime service', async (t) => {
    const { port } = await startServer(t, { service: 'daytime' });
    const { stdout, ...rest } = await runHandoff(t, ['gettime', '--port', `${port}`]);
    assert.deepEqual(rest, DONE);
    assert.match(stdout, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$/);
  });

  it('has status 1 and one line when the server sends no time, and rejects wrong options', async (t) => {
    const port = await startRawServer(t, (socket) => void socket.end('ERR server full\n'));
    const refused = await runHandoff(t, ['gettime', '--port', `${port}`]);
    const stderr = `handoff: 127.0.0.1 port ${port}: the server says "ERR server full", which is no time\n`;
    assert.deepEqual(refused, { ...DONE, status: 1, stdout: '', stderr });
    for (const args of [
      ['--transport', 'udp', '--socket', 'x'],
      ['--timeout', '0'],
      ['--transport', 'carrier'],
    ]) {
      await assertRefused(t, ['gettime', ...args], /--transport|--timeout|carrier/);
    }
  });

  it('ends with status 130 on Ctrl-C, without a message', async (t) => {
    let connected: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (connected = resolve));
    const port = await startRawServer(t, () => connected());
    const { child, outcome } = watchHandoff(t, ['gettime', '--port', `${port}`]);
    await waiting;
    child.kill('SIGINT');
    assert.deepEqual(await outcome, { ...DONE, status: 130, stdout: '' });
  });
});

describe('handoff lookup', bounds, () => {
  it('prints the addresses and names of localhost, as text and as JSON', async (t) => {
    const { stdout, ...rest } = await runHandoff(t, ['lookup', 'localhost', 'http']);
    assert.deepEqual(rest, DONE);
    assert.match(stdout, /^address +127\.0\.0\.1$/m);
    assert.match(stdout, /^AF_INET +SOCK_STREAM +tcp +80 +127\.0\.0\.1$/m);
    const json = await runHandoff(t, ['lookup', 'localhost', '--json']);
    assert.equal((JSON.parse(json.stdout) as { address: string }).address, '127.0.0.1');
  });

  it('looks up this machine without an argument', async (t) => {
    const { stdout, status } = await runHandoff(t, ['lookup', '--json']);
    assert.equal(status, 0);
    const { name, own } = JSON.parse(stdout) as { name: string; own: { addresses: unknown[] } };
    assert.equal(name, hostname());
    assert.ok(own.addresses.length > 0);
  });

  it('shows the addresses of this machine also by its name, and which one others use', async (t) => {
    for (const args of [[], [hostname()]]) {
      const { stdout } = await runHandoff(t, ['lookup', ...args]);
      assert.match(stdout, /^lo\S* +AF_INET +127\.0\.0\.1 +this machine$/m);
      assert.match(stdout, /^(others connect to \S+, if|no other machine can connect)/m);
    }
  });

  it('reports an unresolvable name in one line', async (t) => {
    const { status, stderr, stdout } = await runHandoff(t, ['lookup', 'host.invalid']);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^handoff: host\.invalid: [^\n]+\n$/);
    await assertRefused(t, ['lookup', ''], /^the name and the service must not be empty$/);
  });

  it('ends without an error when the reader closes its output early', async (t) => {
    const { child, outcome } = watchHandoff(t, ['lookup', 'localhost']);
    child.stdout.destroy();
    await once(child.stdout, 'close');
    assert.equal((await outcome).stderr, '');
  });
});
