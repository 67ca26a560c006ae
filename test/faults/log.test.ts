/** What clients write into the log, and a log that cannot be written. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient } from '../support/client.js';
import { environment } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import {
  CLI,
  exitOf,
  fixture,
  killAfter,
  ServerProcess,
  startHandoff,
  temporaryDirectory,
} from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import { linesOfFile, LogLines, type LogLine } from '../support/log-lines.js';

/** Characters that a terminal or an editor obeys: NEL, CSI, DEL, a mark, an override, isolates. */
const OBEYED = '\u0085\u009b\u007f\u061c\u200e\u202e\u2028\u2029\u2066';

/** More than a pipe or a socket holds: 3,000 lines have about 1 MB. */
const LINES = 3000;

describe('the log of hostile clients', { timeout: 60_000, concurrency: 2 }, () => {
  for (const model of MODEL_NAMES) {
    it(`has none of the characters that a terminal obeys, under ${model}`, async (t) => {
      const chat = await startRaw(t, ['chat', '--model', model]);
      await say(t, chat.server, `a${OBEYED}b\n`);
      await chat.server.log.next('closed');
      const collect = await startRaw(t, ['collect', '--model', model]);
      await say(t, collect.server, `a${OBEYED}b`);
      const { pieces } = await collect.server.log.next('collected');
      assert.match(JSON.stringify(pieces), /\u202e/);
      const web = await startRaw(t, ['web', '--log-requests', '--model', model]);
      await say(t, web.server, `GET /${encodeURIComponent(OBEYED)} HTTP/1.0\r\n\r\n`);
      await web.server.log.next('request');
      for (const { server, raw } of [chat, collect, web]) {
        await server.stop();
        for (const character of OBEYED) assert.ok(!raw().includes(character));
      }
    });
  }
});

describe('a log whose reader stalls', { timeout: 60_000, concurrency: 2 }, () => {
  for (const model of MODEL_NAMES) {
    for (const kind of ['socket', 'pipe'] as const) {
      it(`loses lines with --log-full drop, and the server serves on: a ${kind} under ${model}`, async (t) => {
        const args = [fixture('chatter'), '--model', model, '--log-full', 'drop'];
        const server = await (kind === 'socket' ? startHandoff(t, args) : startOnPipe(t, args));
        server.log.pause();
        await talk(t, server, LINES);
        await talk(t, server, 1);
        server.log.resume();
        await server.log.next('log lines lost');
        await talk(t, server, 1);
        await server.stop();
        assertCounted(server.log.all, LINES + 2);
        assert.equal(server.stderr, '');
      });
    }

    it(`does not hold up a stop with --log-full drop under ${model}`, async (t) => {
      const args = [fixture('chatter'), '--model', model, '--log-full', 'drop'];
      const server = await startOnPipe(t, args);
      server.log.pause();
      await talk(t, server, LINES);
      server.signal('SIGTERM');
      assert.deepEqual(await server.exit, { status: 0, signal: null });
    });

    it(`holds up a stop with --log-full block no longer than the grace period under ${model}`, async (t) => {
      const args = [fixture('chatter'), '--model', model, '--grace', '0'];
      const server = await startOnPipe(t, args);
      server.log.pause();
      // The client gets no answer: the server waits for the reader.
      void talk(t, server, LINES).catch(() => undefined);
      await eventually('a full pipe', () => server.isBlockedInWrite || undefined);
      server.signal('SIGTERM');
      const { status, signal } = await server.exit;
      // Under thread-per-client only the client's thread may be blocked, and main stops in order.
      assert.ok(status === 1 || (status === 0 && model === 'thread-per-client'), String(status));
      assert.equal(signal, null);
    });
  }
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

describe('a log on a full disk', { timeout: 60_000 }, () => {
  for (const model of MODEL_NAMES) {
    it(
      `is written again when there is space, with what was kept and the number of lost lines, under ${model}`,
      { skip: canMount ? false : 'needs root, to mount a small disk' },
      async (t) => {
        const folder = temporaryDirectory(t);
        const [disk, socket] = [join(folder, 'disk'), join(folder, 'socket')];
        mkdirSync(disk);
        const args = [fixture('chatter'), ...modelOptions(model, 1), '--socket', socket];
        const server = [process.execPath, CLI, 'serve', ...args, '--log-file', join(disk, 'log')];
        // The disk is mounted in the server's namespace only.
        const script = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
        const child = spawn('unshare', ['-m', 'sh', '-c', script, disk, ...server], {
          env: environment(),
        });
        killAfter(t, child);
        const file = `/proc/${child.pid ?? 0}/root${disk}/log`;
        const exit = exitOf(child);
        let errors = '';
        child.stderr.on('data', (chunk) => (errors += String(chunk)));
        const lines = linesOfFile(file);
        const has = (message: string) => lines().some(({ msg }) => msg === message);
        await eventually(
          'the server listens',
          () => (existsSync(file) && has('listening')) || undefined,
        );
        const told = 3 * LINES + 501;
        const where = { address: { path: socket } };
        await talk(t, where, 3 * LINES);
        // Main's own lines say that the disk is full.
        for (let clients = 0; clients < 5; clients++) await talk(t, where, 100);
        const space = ['mount', '-o', 'remount,size=64m', 'none', disk];
        spawnSync('nsenter', ['-t', String(child.pid), '-m', ...space]);
        await talk(t, where, 1);
        await eventually('the loss is reported', () => isCounted(lines(), told) || undefined);
        const written = lines();
        child.kill('SIGTERM');
        assert.deepEqual(await exit, { status: 0, signal: null });
        assert.match(errors, /^handoff: cannot write the log: ENOSPC: [^\n]*; serving goes on\n$/);
        assertCounted(written, told);
        assert.ok(written.filter(({ msg }) => msg === 'chatter').length > 2000);
      },
    );
  }
});

const writtenIn = (lines: readonly LogLine[]) =>
  lines.filter(({ msg }) => msg === 'chatter').length;

const lostIn = (lines: readonly LogLine[]) =>
  lines
    .filter(({ msg }) => msg === 'log lines lost')
    .reduce((sum, line) => sum + Number(line.lines), 0);

const isCounted = (lines: readonly LogLine[], told: number) =>
  writtenIn(lines) + lostIn(lines) >= told;

/** Asserts that each chatter line was written or counted; a few lines of connections may be lost. */
function assertCounted(lines: readonly LogLine[], told: number): void {
  const [written, lost] = [writtenIn(lines), lostIn(lines)];
  assert.ok(written < told, `${written} of ${told} written`);
  assert.ok(
    isCounted(lines, told) && written + lost <= told + 20,
    `${written} written, ${lost} lost`,
  );
}

/** Lets a client make the server log so many lines, and waits for the answer. */
async function talk(t: TestContext, server: Pick<ServerProcess, 'address'>, lines: number) {
  const client = await connectClient(t, server);
  await client.exchange(`log ${lines}\n`, `${lines}\n`);
  client.halfClose();
  await client.expectEnd();
}

/** As startHandoff, with a pipe as standard output; Node gives a child a socket. */
async function startOnPipe(t: TestContext, args: readonly string[]): Promise<ServerProcess> {
  const path = join(temporaryDirectory(t), 'pipe');
  spawnSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const child = spawn(process.execPath, [CLI, 'serve', ...args, '--port', '0'], {
    env: environment(),
    stdio: ['ignore', writing, 'pipe'],
  });
  killAfter(t, child);
  closeSync(writing);
  const exit = exitOf(child);
  const stderr: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const log = new LogLines(new Socket({ fd: reading, readable: true, writable: false }));
  await log.next('listening');
  return new ServerProcess(child, log, exit, stderr);
}

/** A server, and its log as it was written. */
async function startRaw(t: TestContext, args: readonly string[]) {
  const server = await startHandoff(t, args);
  let text = '';
  server.log.onText((more) => (text += more));
  return { server, raw: () => text };
}

async function say(t: TestContext, server: ServerProcess, words: string): Promise<void> {
  const client = await connectClient(t, server);
  client.send(words);
  client.halfClose();
  await client.readToEnd();
}
