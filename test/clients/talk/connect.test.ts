/** `handoff connect` in scripts: bytes from and to pipes, and the exit status. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchangeBytes } from '../../../src/clients/talk/connect.js';
import { coverPrograms } from '../../support/environment.js';
import { CLI, runHandoff, temporaryDirectory } from '../../support/handoff.js';
import { startServer } from '../../support/server.js';

coverPrograms();

const DONE = { status: 0, signal: null, stderr: '' };

describe('handoff connect', { timeout: 60_000, concurrency: 4 }, () => {
  it('sends its input and writes the answer', async (t) => {
    const { port } = await startServer(t, { service: 'echo' });
    const outcome = await runHandoff(t, ['connect', '--port', `${port}`], { input: 'Grüße\nzwei' });
    assert.deepEqual(outcome, { ...DONE, stdout: 'Grüße\nzwei' });
  });

  it('passes every byte of a long stream', async (t) => {
    const { port } = await startServer(t, { service: 'echo' });
    const input = Array.from({ length: 200_000 }, (_, index) => `line ${index}\n`).join('');
    const { stdout, ...rest } = await runHandoff(t, ['connect', '--port', `${port}`], { input });
    assert.deepEqual(rest, DONE);
    assert.ok(stdout === input, `${stdout.length} of ${input.length} characters`);
  });

  it('waits for the answer after its input has ended', async (t) => {
    const { port } = await startServer(t, { service: 'work' });
    const input = 'sleep 100\nwork 1\n';
    const outcome = await runHandoff(t, ['connect', 'work', '--port', `${port}`], { input });
    assert.deepEqual(outcome, { ...DONE, stdout: 'done 100\ndone 1\n' });
  });

  it('talks to a Unix-domain socket', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    await startServer(t, { service: 'capitalize', address: { path } });
    const outcome = await runHandoff(t, ['connect', '--socket', path], { input: 'quiet' });
    assert.deepEqual(outcome, { ...DONE, stdout: 'QUIET' });
  });

  it('reports a full output, and ends quietly when the reader closes the pipe', async (t) => {
    const port = await listen(t, (socket) =>
      socket.on('error', () => undefined).end('one\n'.repeat(100_000)),
    );
    const args = [process.execPath, CLI, 'connect', '--port', `${port}`];
    const full = await execute('sh', ['-c', '"$@" </dev/null >/dev/full', 'sh', ...args]);
    assert.deepEqual(full, [1, 'handoff: cannot write standard output: no space left\n']);
    const unread = await execute('sh', [
      '-c',
      '"$@" </dev/null | head -n 1 >/dev/null',
      'sh',
      ...args,
    ]);
    assert.deepEqual(unread, [0, '']);
  });

  for (const [service, input, answer] of [
    ['daytime', undefined, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$/],
    ['greet', 'hi', /^Hello in return!$/],
    ['web', 'GET / HTTP/1.0\r\n\r\n', /^HTTP\/1\.[01] 200 /],
  ] as const) {
    it(`ends normally when ${service} closes first, as its protocol says`, async (t) => {
      const { port } = await startServer(t, { service });
      const { stdout, ...rest } = await runHandoff(t, ['connect', service, '--port', `${port}`], {
        keepInputOpen: true,
        ...(input !== undefined && { input }),
      });
      assert.deepEqual(rest, DONE);
      assert.match(stdout, answer);
    });
  }

  it('ends normally when echo --once closes after its answer to the whole input', async (t) => {
    const { port } = await startServer(t, { service: 'echo', options: { once: true } });
    const outcome = await runHandoff(t, ['connect', 'echo', '--port', `${port}`], { input: 'hi' });
    assert.deepEqual(outcome, { ...DONE, stdout: 'hi' });
  });

  for (const [what, answer] of [
    ['before the input has ended', 'one\n'],
    ['unanswered', ''],
  ] as const) {
    it(`has status 1 and says so when the server closes the connection ${what}`, async (t) => {
      const port = await listen(t, (socket) => void socket.once('data', () => socket.end(answer)));
      const outcome = await runHandoff(t, ['connect', '--port', `${port}`], {
        input: 'one\n',
        keepInputOpen: true,
      });
      const where = `handoff: 127.0.0.1 port ${port}`;
      const why = answer === '' ? what : 'before the input had ended';
      const stderr = `${where}: the server closed the connection ${why}\n`;
      assert.deepEqual(outcome, { status: 1, signal: null, stdout: answer, stderr });
    });
  }

  it('has status 1 when the server closes while a long input goes on', async (t) => {
    const port = await listen(
      t,
      (socket) =>
        void socket.once('data', () => socket.end('enough\n')).on('error', () => undefined),
    );
    const { status, stdout, stderr } = await runHandoff(t, ['connect', '--port', `${port}`], {
      input: 'and so on\n'.repeat(500_000),
    });
    assert.deepEqual([status, stdout], [1, 'enough\n']);
    assert.match(stderr, /: the server closed the connection before the input had ended\n$/);
  });

  it('gives up with --timeout when the server owes an answer, also after the input', async (t) => {
    const port = await listen(t, (socket) => void socket.once('data', () => socket.write('one\n')));
    for (const keepInputOpen of [false, true]) {
      const outcome = await runHandoff(
        t,
        ['connect', '--port', `${port}`, '--timeout', '1500'],
        keepInputOpen ? { keepInputOpen } : { input: 'one\n' },
      );
      const stderr = `handoff: 127.0.0.1 port ${port}: no answer for 1500 ms\n`;
      const stdout = keepInputOpen ? '' : 'one\n';
      assert.deepEqual(outcome, { status: 1, signal: null, stdout, stderr });
    }
  });

  it('does not give up with --timeout while the input is silent', async (t) => {
    const input = new PassThrough();
    const { port } = await startServer(t, { service: 'echo' });
    const output = new PassThrough();
    const timeoutMs = 100;
    const options = { timeoutMs, closesFirst: false };
    const outcome = exchangeBytes({ host: '127.0.0.1', port }, input, output, options);
    input.write('one');
    await once(output, 'data');
    // The test observes that nothing happens, for several timeouts.
    await sleep(4 * timeoutMs);
    input.end('two');
    assert.equal(await outcome, true);
  });

  for (const [what, answers] of [
    ['is an error', ['ERR no\n']],
    ['becomes an error only later', ['done 1\n', 'ERR no\n', 'done 2\n']],
    ['is an error in pieces', ['do', 'ne\nE', 'R', 'R no\n']],
    ['is an error without a newline', ['ERR server full']],
  ] as const) {
    it(`has status 1 when the answer ${what}`, async (t) => {
      const port = await listen(t, (socket) => void sayAndEnd(socket, answers));
      const outcome = await runHandoff(t, ['connect', '--port', `${port}`]);
      assert.deepEqual(outcome, { ...DONE, status: 1, stdout: answers.join('') });
    });
  }

  it('writes the last line of a server that closes while the input goes on', async (t) => {
    const input = new PassThrough();
    const port = await listen(t, (socket) => {
      socket.once('data', () => {
        socket.write('ERR line too long\n');
        socket.destroy();
        // The first write is answered by a reset, and the second fails, before the client reads.
        for (const line of ['two\n', 'three\n', 'four\n']) input.write(line);
      });
    });
    const output = new PassThrough();
    input.write('one\n');
    const options = { timeoutMs: 0, closesFirst: false };
    assert.equal(await exchangeBytes({ host: '127.0.0.1', port }, input, output, options), false);
    assert.equal(String(output.read()), 'ERR line too long\n');
  });

  it('has status 0 when an answer only mentions errors', async (t) => {
    const port = await listen(
      t,
      (socket) => void sayAndEnd(socket, ['no ERR \n', 'ERROR\n', ' ERR \n', 'ERR']),
    );
    assert.equal((await runHandoff(t, ['connect', '--port', `${port}`])).status, 0);
  });

  it('reports in one line that no server listens', async (t) => {
    const unused = await startServer(t);
    await unused.stop();
    const outcome = await runHandoff(t, ['connect', '--port', `${unused.port}`]);
    const stderr = `handoff: 127.0.0.1 port ${unused.port}: connection refused; is the server running?\n`;
    assert.deepEqual(outcome, { status: 1, signal: null, stdout: '', stderr });
    const path = join(temporaryDirectory(t), 'none');
    const noSocket = await runHandoff(t, ['connect', '--socket', path]);
    assert.deepEqual(
      [noSocket.status, noSocket.stderr],
      [1, `handoff: ${path}: there is no such socket\n`],
    );
    const noHost = await runHandoff(t, ['connect', 'echo', '--host', 'host.invalid']);
    assert.equal(noHost.status, 1);
    assert.match(noHost.stderr, /^handoff: host\.invalid port 9000: [^\n]+\n$/);
  });

  it('reports a reset in one line', async (t) => {
    const port = await listen(t, (socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const outcome = await runHandoff(t, ['connect', '--port', `${port}`], { input: 'hello' });
    const stderr = `handoff: 127.0.0.1 port ${port}: the server reset the connection\n`;
    assert.deepEqual(outcome, { status: 1, signal: null, stdout: '', stderr });
  });

  it('prints no stack trace when its output is closed', async (t) => {
    const port = await listen(t, (socket) => {
      const flood = setInterval(() => socket.write('and so on\n'.repeat(1000)), 1);
      socket.on('error', () => undefined).on('close', () => clearInterval(flood));
    });
    const { stderr } = await runHandoff(t, ['connect', '--port', `${port}`], { closeOutput: true });
    assert.ok(!stderr.includes('    at '), stderr);
  });
});

async function listen(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    t.after(() => void socket.destroy());
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Each text in a segment of its own. */
async function sayAndEnd(socket: Socket, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
}

/** Its status, and what it has complained of. */
function execute(
  command: string,
  args: readonly string[],
): Promise<[status: unknown, stderr: string]> {
  return new Promise((resolve) => {
    execFile(command, args, (error, _stdout, stderr) => resolve([error?.code ?? 0, stderr]));
  });
}
