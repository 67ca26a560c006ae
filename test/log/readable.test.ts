/** The log on a terminal: lines for people, which hold no more for a terminal to obey than JSON does. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { readable, type ReadableStyle } from '../../src/log/readable.js';
import { connectClient } from '../support/client.js';
import { coverPrograms, environment } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import { CLI, killAfter, temporaryDirectory } from '../support/handoff.js';
import { noTerminal, openTerminal } from '../support/terminal.js';

coverPrograms();

/** Returns what a terminal gets for a line of the log, without its time and level. */
function shown(fields: object, style: ReadableStyle = 'plain'): string {
  let text = '';
  const stream = readable({ write: (line: string) => (text += line) }, style);
  stream.write(
    `${JSON.stringify({ level: 'info', time: 1_795_266_685_000, pid: 7, ...fields })}\n`,
  );
  const [, rest] = /^\d\d:\d\d:\d\d\.\d{3} \S*INFO\S* ([^]*)\n$/.exec(text) ?? [];
  return rest ?? assert.fail(JSON.stringify(text));
}

const PEER = '127.0.0.1:40112';
const CLOSED = {
  connection: 12,
  service: 'count',
  model: 'thread-per-client',
  thread: 2,
  peer: PEER,
  bytesIn: 4,
  bytesOut: 60,
  reason: 'too long',
  backlogMs: 0,
  waitedMs: 0.412,
  servedMs: 3210.1,
};

describe('a line of the log for a terminal', () => {
  for (const [fields, expected] of [
    [
      { address: '::1', port: 5003, service: 'count', model: 'iterative', msg: 'listening' },
      'listening on [::1]:5003 count iterative',
    ],
    [
      { path: '/tmp/s', service: 'echo', model: 'iterative', admin: '/tmp/a', msg: 'listening' },
      'listening on /tmp/s echo iterative admin=/tmp/a',
    ],
    [{ connection: 12, peer: PEER, backlogMs: 0, msg: 'accepted' }, `accepted #12 peer=${PEER}`],
    [
      { ...CLOSED, msg: 'closed' },
      'closed #12 too long thread=2 in=4 out=60 waited=0.4ms served=3210ms',
    ],
    [{ connection: 12, name: 'ann', msg: 'joined' }, 'joined #12 name=ann'],
    [
      { connection: 12, pieces: ['a b', 'c'], complete: true, msg: 'collected' },
      'collected #12 pieces=["a b","c"] complete=true',
    ],
    [{ cause: 'client left', msg: 'thread ended' }, 'thread ended cause="client left"'],
  ] as const) {
    it(`has what matters in one row: ${expected}`, () => {
      assert.equal(shown(fields), expected);
    });
  }

  it('has the stack of an error below it, indented', () => {
    const err = { type: 'Error', message: 'no', stack: 'Error: no\n    at here.js:1:1' };
    assert.equal(
      shown({ connection: 1, err, msg: 'service failed' }),
      'service failed #1\n    Error: no\n        at here.js:1:1',
    );
    assert.equal(
      shown({ err: { type: 'string', message: 'a\nb' }, msg: 'service failed' }),
      'service failed\n    string: a\n    b',
    );
  });

  it('writes out every character that a terminal obeys, in every text', () => {
    const evil = '\u001b[2J\u0007\u009b31m\u202e\u2028\r';
    const err = { type: evil, message: evil };
    for (const msg of ['listening', 'accepted', 'closed', 'joined', evil]) {
      const fields = { path: evil, service: evil, model: evil, peer: evil, reason: evil };
      const text = shown({ ...fields, thread: evil, name: evil, [evil]: [evil], err, msg });
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u2028\u202e]/u);
      assert.match(text, /␛\[2J/);
    }
  });

  it('has colours only if they are wanted', () => {
    const fields = { connection: 12, peer: PEER, msg: 'accepted' };
    assert.doesNotMatch(shown(fields), /\u001b/);
    assert.match(shown(fields, 'coloured'), /\u001b\[\d+maccepted/);
  });
});

/** Runs a command on a pseudo-terminal, closes that after `Try:`, and prints the exit status. */
const HANG_UP = `
import fcntl, os, pty, subprocess, sys, termios
leader, follower = pty.openpty()
child = subprocess.Popen(
    sys.argv[1:], stdin=follower, stdout=follower, start_new_session=True,
    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
)
os.close(follower)
output = b""
while b"Try:" not in output:
    output += os.read(leader, 65536)
os.close(leader)
print(child.wait())
`;

describe('handoff serve on a terminal', { skip: noTerminal, timeout: 60_000 }, () => {
  /** Returns the port from the first line. */
  const portOf = (output: string) => Number(/ on 127\.0\.0\.1:(\d+) /.exec(output)?.[1]);

  it('shows a row for each event, also of client threads, and suggests a client', async (t) => {
    const args = ['serve', 'collect', '--port', '0'];
    const terminal = openTerminal(t, args, { NO_COLOR: '1' });
    await terminal.shows(/Try: date \| handoff send --port \d+/);
    const client = await connectClient(t, portOf(terminal.output()));
    client.send('\u001b[2J');
    client.halfClose();
    await client.expect('OK 4\n');
    await client.expectEnd();
    await terminal.shows(/closed #1 end thread=\d in=4 out=5 /);
    terminal.type('\u0003');
    assert.equal((await terminal.exit()).status, 0);
    const output = terminal.output();
    assert.match(output, /listening on .* collect thread-per-client\r\nTry: /);
    assert.match(output, /INFO: collected #1 .*pieces=\["\\u001b\[2J"\]/);
    assert.match(output, /INFO: stopped\r\n$/);
    assert.doesNotMatch(output, /\u001b|"level"/);
  });

  it('has colours, unless NO_COLOR is set', async (t) => {
    const terminal = openTerminal(t, ['serve', 'echo', '--port', '0']);
    await terminal.shows(/Try: handoff connect --port (\d+) +or: telnet 127\.0\.0\.1 \1/);
    assert.match(terminal.output(), /\u001b\[32mINFO/);
  });

  it('writes JSON into --log-file', async (t) => {
    const file = join(temporaryDirectory(t), 'server.log');
    const terminal = openTerminal(t, ['serve', 'echo', '--port', '0', '--log-file', file]);
    await terminal.shows('Try: handoff connect');
    const [line = ''] = readFileSync(file, 'utf8').split('\n');
    assert.equal((JSON.parse(line) as { msg: string }).msg, 'listening');
    // It would outlive its terminal: SIGHUP only makes it open its log file again.
    terminal.type('\u0003');
    assert.equal((await terminal.exit()).status, 0);
  });

  it('stops in order when the terminal is closed', async (t) => {
    const args = ['-c', HANG_UP, process.execPath, CLI, 'serve', 'echo', '--port', '0'];
    const child = spawn('python3', args, { env: environment() });
    killAfter(t, child);
    assert.equal(await text(child.stdout), '0\n');
  });

  it('prints nothing at --log-level error', async (t) => {
    const socket = join(temporaryDirectory(t), 's');
    const terminal = openTerminal(t, ['serve', 'echo', '--socket', socket, '--log-level', 'error']);
    await eventually('the server', () => existsSync(socket) || undefined);
    terminal.type('\u0003');
    assert.equal((await terminal.exit()).status, 0);
    assert.doesNotMatch(terminal.output(), /listening|Try/);
  });
});
