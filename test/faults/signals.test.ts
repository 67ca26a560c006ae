/** Signals, also to a server whose main thread computes without end; stops at any moment. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import {
  CLI,
  exitOf,
  fixture,
  killAfter,
  spawnNode,
  startHandoff,
  temporaryDirectory,
  type Exit,
  type ServerProcess,
} from '../support/handoff.js';
import { modelOptions } from '../support/models.js';

const onLinux = process.platform === 'linux' ? false : 'needs Linux';
const STOPPED: Exit = { status: 0, signal: null };
/** Longer than the time in which one signal counts once, and than the watchdog's look. */
const BETWEEN_SIGNALS_MS = 150;

/** A server whose main thread computes without end. */
async function startStuck(t: TestContext, args: readonly string[]): Promise<ServerProcess> {
  const server = await startHandoff(t, [fixture('trouble'), ...args]);
  const client = await connectClient(t, server);
  await client.exchange('echo up\n', 'up\n');
  client.send('spin\n');
  const other = await connectClient(t, server);
  other.send('echo no\n');
  await eventually('a main thread that computes', () => !server.isAsleep || undefined);
  return server;
}

async function exitAfterSignals(server: ServerProcess, signal: NodeJS.Signals): Promise<Exit> {
  const timer = setInterval(() => server.signal(signal), BETWEEN_SIGNALS_MS);
  server.signal(signal);
  const exit = await server.exit;
  clearInterval(timer);
  await server.log.end();
  return exit;
}

describe('while the main thread computes without end', { timeout: 60_000, skip: onLinux }, () => {
  for (const model of ['iterative', 'event-loop']) {
    for (const [signal, status] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGQUIT', 131],
    ] as const) {
      it(`a second ${signal} ends the ${model} server at once, and no socket file stays`, async (t) => {
        const folder = temporaryDirectory(t);
        const [socket, admin] = [join(folder, 'socket'), join(folder, 'admin')];
        const args = ['--model', model, '--socket', socket, '--admin', admin];
        const server = await startStuck(t, args);
        assert.ok(existsSync(socket) && existsSync(admin));
        assert.deepEqual(await exitAfterSignals(server, signal), { status, signal: null });
        assert.equal(server.log.one('ended at once').cause, signal);
        assert.ok(!existsSync(socket) && !existsSync(admin));
      });
    }

    it(`one SIGTERM ends the ${model} server after the grace period, and a line says why`, async (t) => {
      const server = await startStuck(t, ['--model', model, '--grace', '0']);
      assert.deepEqual(await server.stop(), { status: 1, signal: null });
      assert.equal(server.log.one('could not stop in order').waitsFor, 'the main thread');
    });
  }
});

describe('a signal', { timeout: 60_000, skip: onLinux }, () => {
  for (const signal of ['SIGQUIT', 'SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    it(`stops the server in order: ${signal}`, async (t) => {
      const server = await startHandoff(t, ['echo']);
      const client = await connectClient(t, server);
      await client.exchange('hello', 'hello');
      server.signal(signal);
      await client.expectEnd();
      assert.deepEqual(await server.exit, STOPPED);
      await server.log.end();
      assert.equal(server.log.one('stopping').cause, signal);
      assert.equal(server.log.of('stopped').length, 1);
    });
  }

  for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
    it(`is logged and ignored, and opens no inspector: ${signal}`, async (t) => {
      const server = await startHandoff(t, ['echo']);
      server.signal(signal);
      await server.log.next('signal ignored', { cause: signal });
      const client = await connectClient(t, server);
      await client.exchange('hello', 'hello');
      assert.deepEqual(await server.stop(), STOPPED);
      assert.equal(server.stderr, '');
    });
  }

  for (const model of MODEL_NAMES) {
    it(`SIGHUP makes the ${model} server reopen its log file, and no line is lost`, async (t) => {
      const folder = temporaryDirectory(t);
      const file = join(folder, 'log');
      const rotations = 5;
      const socket = join(folder, 'socket');
      const child = spawnNode([
        CLI,
        'serve',
        'echo',
        '--model',
        model,
        '--socket',
        socket,
        '--log-file',
        file,
      ]);
      killAfter(t, child);
      const exit = exitOf(child);
      const linesOf = (path: string) =>
        existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
      const isLogged = (path: string, text: string) => () =>
        linesOf(path).some((line) => line.includes(text)) || undefined;
      await eventually('the first line', isLogged(file, '"listening"'));
      let connections = 0;
      const visit = async () => {
        const client = await connectClient(t, { address: { path: socket } });
        connections++;
        await client.exchange('hello', 'hello');
        client.halfClose();
        await client.expectEnd();
      };
      for (let rotation = 0; rotation < rotations; rotation++) {
        await visit();
        renameSync(file, `${file}.${rotation}`);
        await visit();
        child.kill('SIGHUP');
        await eventually('the new file', async () => {
          await visit();
          return existsSync(file) || undefined;
        });
      }
      child.kill('SIGTERM');
      assert.deepEqual(await exit, STOPPED);
      const files = [file, ...Array.from({ length: rotations }, (_, index) => `${file}.${index}`)];
      const lines = files.flatMap(linesOf).map((line) => JSON.parse(line) as { msg: string });
      const count = (msg: string) => lines.filter((line) => line.msg === msg).length;
      assert.deepEqual(
        [count('accepted'), count('closed'), count('stopped')],
        [connections, connections, 1],
      );
    });
  }
});

describe('a stop', { timeout: 120_000, skip: onLinux }, () => {
  it('at any moment of the start ends the process, forty times', async (t) => {
    const ways = Array.from({ length: 40 }, (_, index) => index);
    const stop = async () => {
      for (let index = ways.pop(); index !== undefined; index = ways.pop()) {
        const args = [CLI, 'serve', 'echo', '--port', '0', '--warm', '2'];
        const child = spawnNode(args);
        killAfter(t, child);
        child.stdout.resume();
        const exit = exitOf(child);
        // Spread over the start, whose parts have no events that a test could wait for.
        await sleep(index * 15);
        child.kill('SIGTERM');
        const { status, signal } = await exit;
        assert.ok(signal === 'SIGTERM' || status === 143 || status === 0, `${status} ${signal}`);
      }
    };
    await Promise.all([stop(), stop(), stop()]);
  });

  for (const model of MODEL_NAMES) {
    it(`under load ends the ${model} server in order, and each client has its closed line`, async (t) => {
      const server = await startHandoff(t, ['echo', ...modelOptions(model, 8)]);
      const clients = await Promise.all(Array.from({ length: 8 }, () => connectClient(t, server)));
      const load = clients.map(async (client) => {
        // Until the server ends the connection.
        for (;;)
          await client.exchange('hello', 'hello').catch(() => Promise.reject(new Error('over')));
      });
      const over = Promise.allSettled(load);
      await server.log.count('accepted', clients.length);
      assert.deepEqual(await server.stop(), STOPPED);
      for (const client of clients) client.close();
      await over;
      assert.equal(server.log.of('closed').length, server.log.of('accepted').length);
    });

    it(`ends the ${model} server after the grace period, whatever its clients do`, async (t) => {
      const args = ['work', '--model', model, '--grace', '100'];
      const server = await startHandoff(t, args);
      const client = await connectClient(t, server);
      client.send('work 0\nsleep 10000\n');
      await client.expect('done 0\n');
      assert.deepEqual(await server.stop(), STOPPED);
      assert.equal(server.log.one('closed').reason, 'stopped');
    });
  }
});
