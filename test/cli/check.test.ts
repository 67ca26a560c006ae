/** `handoff check` as users run it: what it prints and writes, its status, and a class of servers. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isolation } from '../../src/check/limits.js';
import { pythonCommand, withoutPython } from '../support/check.js';
import { Descendants } from '../support/descendants.js';
import { coverPrograms } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import { runHandoff, temporaryDirectory } from '../support/handoff.js';
import { assertRefused } from '../support/refusal.js';
import { startServer } from '../support/server.js';

coverPrograms();

const bounds = { timeout: 120_000, concurrency: 3, skip: withoutPython };

describe('handoff check', bounds, () => {
  it('checks a server at an address, and ends with status 0 if all passed', async (t) => {
    const { port } = await startServer(t, { service: 'greet' });
    const { status, stdout, stderr } = await runHandoff(t, ['check', 'greet', `127.0.0.1:${port}`]);
    assert.equal(stderr, '');
    assert.match(stdout, /^✓ a message is answered by “Hello in return!”$/m);
    assert.match(stdout, /skipped: the server was given by its address, not as a command$/m);
    assert.match(stdout, /^model: concurrent: 12 clients were served at the same time$/m);
    assert.match(stdout, /^3 of 3 checks passed\.$/m);
    assert.equal(status, 0);
  });

  it('starts a command, writes every report, and ends with status 1 if a check failed', async (t) => {
    const folder = temporaryDirectory(t);
    const files = ['junit', 'gradescope', 'picture'].map((name) => join(folder, name));
    const [junit = '', gradescope = '', picture = ''] = files;
    const { status, stdout } = await runHandoff(t, [
      ...['check', 'greet', '--junit', junit, '--gradescope', gradescope, '--picture', picture],
      ...['--', ...pythonCommand('broken/greet.py', 'adds_a_newline')],
    ]);
    assert.equal(status, 1);
    assert.match(stdout, /^✗ a message is answered by “Hello in return!”$/m);
    assert.match(stdout, /← Hello in return!␊\n +▲ byte 17$/m);
    assert.match(readFileSync(junit, 'utf8'), /<failure /);
    assert.equal((JSON.parse(readFileSync(gradescope, 'utf8')) as { score: number }).score, 25);
    assert.match(readFileSync(picture, 'utf8'), /class="wrong"/);
  });

  it('leaves no process of the server behind', async (t) => {
    const descendants = new Descendants();
    t.after(() => descendants.killAll());
    const { status } = await runHandoff(
      t,
      ['check', 'greet', '--json', '--', ...pythonCommand('broken/greet.py', 'right')],
      { env: descendants.env },
    );
    assert.equal(status, 0);
    // The guard, which ends what is left of the server, ends itself a moment later.
    await eventually('the end of all processes', () =>
      descendants.running().length === 0 ? true : undefined,
    );
  });

  for (const [args, message] of [
    [['echo'], /takes either host:port, or -- and a command/],
    [['echo', '127.0.0.1:1', '--', 'x', '{port}'], /takes either host:port, or/],
    [['echo', '--', 'x'], /must have \{port\}/],
    [['chat', '--transport', 'udp', '127.0.0.1:1'], /chat has no variant for --transport udp/],
    [['echo', 'nowhere'], /takes host:port/],
    [['quiz', '--bonus', '4', '127.0.0.1:1'], /--bonus takes a list of 1, 2 and 3/],
    [['echo', '--class', '.', '--', 'x', '{port}'], /--class takes -- and a command with \{file\}/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async (t) => {
      await assertRefused(t, ['check', ...args], message);
    });
  }
});

describe('handoff check --class', bounds, () => {
  it('grades files and folders, and survives what a submission does', async (t) => {
    const folder = temporaryDirectory(t);
    const [, file = ''] = pythonCommand('course/greet.py');
    const hog = 'import sys\nhog = bytearray(3 << 30)\n';
    const daemon =
      'import os, time\nos.fork()\nos.setsid() if os.getpid() else 0\ntime.sleep(600)\n';
    copyFileSync(file, join(folder, 'ada.py'));
    mkdirSync(join(folder, 'bob'));
    copyFileSync(file, join(folder, 'bob', 'server.py'));
    writeFileSync(join(folder, 'hog.py'), hog);
    writeFileSync(join(folder, 'idle.py'), daemon);
    const csv = join(folder, '.grades.csv');
    const [python = ''] = pythonCommand('');
    const { status, stdout } = await runHandoff(t, [
      ...['check', 'greet', '--class', folder, '--csv', csv, '--time', '40'],
      ...['--', python, '{file}', '{port}'],
    ]);
    assert.equal(status, 1);
    assert.match(stdout, /^ada +4\/4 +one client only$/m);
    assert.match(stdout, /^bob +4\/4 +one client only$/m);
    assert.match(stdout, /^hog +0\/4 .*MemoryError$/m);
    assert.match(stdout, /^idle +0\/4 .*does not listen on port/m);
    assert.match(readFileSync(csv, 'utf8'), /^"ada","4","4","one client only",""\r$/m);
  });

  const skip = isolation() === undefined && 'this machine has no user namespaces';
  it('gives submissions no network', { skip }, async (t) => {
    const folder = temporaryDirectory(t);
    const caller =
      'import socket, sys\ntry:\n    socket.create_connection(("192.0.2.1", 80), 5)\n' +
      'except OSError as error:\n    sys.exit(str(error.errno))\n';
    writeFileSync(join(folder, 'caller.py'), caller);
    const [python = ''] = pythonCommand('');
    const { stdout } = await runHandoff(t, [
      ...['check', 'greet', '--class', folder, '--', python, '{file}', '{port}'],
    ]);
    // ENETUNREACH: there is no way out of the namespace.
    assert.match(stdout, /^caller +0\/4 .*: 101$/m);
  });
});
