/**
 * The log: each connection has its two lines, and no line is torn or lost. That holds for threads
 * that write at once, for all destinations, and for each end of the process or a thread.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { openLog } from '../../src/log/log.js';
import { TurnWriter, writeGatheredLines } from '../../src/log/turn-writer.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient, type Client } from '../support/client.js';
import { environment } from '../support/environment.js';
import { eventually } from '../support/eventually.js';
import {
  CLI,
  exitOf,
  fixture,
  killAfter,
  spawnNode,
  startHandoff,
  temporaryDirectory,
  watchHandoff,
  type Exit,
} from '../support/handoff.js';
import { LogLines, type LogLine } from '../support/log-lines.js';
import { hasThreads } from '../support/models.js';

/**
 * More threads than a small machine has cores, so that a thread writes where another was
 * interrupted. Their start is most of what these tests compute.
 */
const THREADS = 4;

/** Between two attempts to connect, in milliseconds: the server needs the processor to start. */
const RETRY_MS = 10;

describe('the log', { timeout: 60_000, concurrency: 2 }, () => {
  for (const model of MODEL_NAMES) {
    it(`describes each connection in two lines under ${model}`, async (t) => {
      const server = await startHandoff(t, ['echo', '--model', model]);
      const client = await connectClient(t, server);
      await client.exchange('twelve bytes', 'twelve bytes');
      client.halfClose();
      await client.expectEnd();
      const { peer, ...closed } = await server.log.next('closed');
      await server.stop();
      const { msg, address, port, service } = server.log.one('listening');
      assert.deepEqual(
        { msg, address, service },
        { msg: 'listening', address: '127.0.0.1', service: 'echo' },
      );
      assert.ok(Number(port) > 0);

      const accepted = server.log.one('accepted');
      assert.deepEqual(
        [accepted.connection, accepted.peer],
        [1, `127.0.0.1:${client.localPort ?? 0}`],
      );
      assert.equal(peer, accepted.peer);
      const { level, time, pid, thread, waitedMs, servedMs, ...others } = closed;
      const { backlogMs, queuedMs, threadStartMs, loopWaitMs, computedMs, coreWaitMs, ...rest } =
        others;
      assert.deepEqual(rest, {
        connection: 1,
        service: 'echo',
        model,
        reason: 'end',
        bytesIn: 12,
        bytesOut: 12,
        msg: 'closed',
      });
      assert.deepEqual([level, pid], ['info', server.pid]);
      assert.ok(time >= accepted.time);
      assert.equal(Number(thread) > 0, hasThreads(model));
      assert.ok(Number(waitedMs) >= 0 && Number(servedMs) > 0);
      // test/contracts/times.test.ts compares them with what the client sees.
      for (const ms of [backlogMs, queuedMs, computedMs]) assert.ok(Number(ms) >= 0);
      for (const ms of [loopWaitMs, coreWaitMs]) assert.ok(Number(ms ?? 0) >= 0);
      assert.equal(threadStartMs !== undefined, hasThreads(model));
    });
  }

  it('describes a client that was never served, too', async (t) => {
    const server = await startHandoff(t, ['echo', '--model', 'iterative', '--queue', '1']);
    const served = await connectClient(t, server);
    await served.exchange('hello', 'hello');
    await connectClient(t, server);
    const refused = await connectClient(t, server);
    await refused.expect('ERR server full\n');
    refused.close();
    await server.log.next('closed', { reason: 'refused' });
    await server.stop();
    for (const [connection, reason, bytesOut] of [
      [2, 'stopped', 0],
      [3, 'refused', 'ERR server full\n'.length],
    ]) {
      const closed =
        server.log.of('closed').find((line) => line.connection === connection) ?? assert.fail();
      const accepted = server.log.of('accepted').find((line) => line.connection === connection);
      const { level, time, pid, backlogMs, waitedMs, queuedMs, ...rest } = closed;
      assert.deepEqual(rest, {
        connection,
        service: 'echo',
        model: 'iterative',
        peer: accepted?.peer,
        reason,
        servedMs: 0,
        bytesIn: 0,
        bytesOut,
        msg: 'closed',
      });
      assert.ok(level === 'info' && time > 0 && pid > 0 && Number(backlogMs) >= 0);
      assert.equal(queuedMs, waitedMs);
      // A refused client keeps the server waiting, not the other way round.
      assert.equal(Number(waitedMs) > 0, reason === 'stopped');
    }
  });

  it('has no lines about connections with --no-log-connections', async (t) => {
    const server = await startHandoff(t, ['echo', '--no-log-connections']);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    await server.stop();
    assert.deepEqual(server.log.messages, ['listening', 'thread started', 'stopping', 'stopped']);
  });

  it('has a line for each message with --log-level debug', async (t) => {
    const server = await startHandoff(t, ['echo', '--log-level', 'debug']);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    await server.stop();
    for (const message of ['received', 'sending']) {
      const { level, connection, bytes } = server.log.one(message);
      assert.deepEqual({ level, connection, bytes }, { level: 'debug', connection: 1, bytes: 5 });
    }
  });

  it('has only failures with --log-level error, and goes to the given file', async (t) => {
    const directory = temporaryDirectory(t);
    const [socket, file] = [join(directory, 'socket'), join(directory, 'log')];
    const args = ['--socket', socket, '--log-file', 'log', '--log-level', 'error'];
    const child = spawnNode([CLI, 'serve', fixture('trouble'), ...args], { cwd: directory });
    killAfter(t, child);
    const exit = exitOf(child);
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    const client = await connectAsSoonAsPossible(t, socket);
    client.send('throw\n');
    await client.expectEnd();
    child.kill('SIGTERM');
    assert.deepEqual(await exit, { status: 0, signal: null });
    assert.equal(output, '');
    assert.deepEqual(
      linesOf(file).map(({ level, msg }) => [level, msg]),
      [['error', 'service failed']],
    );
  });

  for (const destination of ['file', 'pipe'] as const) {
    it(`loses and tears no line on a ${destination} when the server stops in order`, async (t) => {
      const chatter = await startChatter(t, destination);
      await Promise.all(
        chatter.clients.map(async (client) => {
          for (let number = 500; number <= 1500; number += 500) {
            await client.exchange('log 500\n', `${number}\n`);
          }
        }),
      );
      chatter.signal('SIGTERM');
      const { exit, lines } = await chatter.end();
      assert.deepEqual(exit, { status: 0, signal: null });
      assertNumbered(lines, Array<number>(THREADS).fill(1500), 'exactly');
      assert.equal(lines.filter(({ msg }) => msg === 'accepted').length, THREADS);
      assert.equal(lines.filter(({ msg }) => msg === 'closed').length, THREADS);
      assert.equal(lines.at(-1)?.msg, 'stopped');
    });

    it(`loses and tears no line on a ${destination} when threads die`, async (t) => {
      const chatter = await startChatter(t, destination);
      await Promise.all(
        chatter.clients.map(async (client, index) => {
          client.send(index % 2 === 0 ? 'log 1000\nexit\n' : 'log 1000\n');
          await client.expect('1000\n');
          if (index % 2 === 0) await client.expectEnd();
        }),
      );
      chatter.signal('SIGTERM');
      const { exit, lines } = await chatter.end();
      assert.deepEqual(exit, { status: 0, signal: null });
      assertNumbered(lines, Array<number>(THREADS).fill(1000), 'exactly');
      assert.equal(lines.filter(({ msg }) => msg === 'thread lost').length, THREADS / 2);
      assert.equal(lines.filter(({ msg }) => msg === 'closed').length, THREADS);
    });

    it(`loses and tears no line on a ${destination} when a second signal ends the process`, async (t) => {
      const chatter = await startChatter(t, destination);
      const told = chatter.clients.map(() => 0);
      const reading = chatter.clients.map(async (client, index) => {
        client.send('on\n');
        // Until the connection ends in the middle of a line.
        for (;;) told[index] = Number(await client.readLine());
      });
      const broken = Promise.allSettled(reading);
      await eventually(
        '500 lines of each client',
        () => told.every((number) => number >= 500) || undefined,
      );
      const insisting = setInterval(() => chatter.signal('SIGINT'), 20);
      const { exit, lines } = await chatter.end();
      clearInterval(insisting);
      await broken;
      assert.deepEqual(exit, { status: 130, signal: null });
      assertNumbered(lines, told, 'at least');
      assert.equal(lines.filter(({ msg }) => msg === 'accepted').length, THREADS);
      assert.equal(lines.filter(({ msg }) => msg === 'ended at once').length, 1);
    });
  }

  it('loses no line when its reader falls behind', async (t) => {
    const server = await startHandoff(t, [fixture('chatter'), '--threads', '4']);
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectClient(t, server)));
    await server.log.next('thread started', { count: 4 });
    server.log.pause();
    for (const client of clients) client.send('log 3000\n');
    await clients[0]?.expectSilence();
    server.log.resume();
    for (const client of clients) await client.expect('3000\n');
    await server.stop();
    assertNumbered(server.log.all, [3000, 3000, 3000, 3000], 'exactly');
  });

  it('cuts texts that would make a line too long for one write', async (t) => {
    const server = await startHandoff(t, [fixture('trouble'), '--threads', `${THREADS}`]);
    const clients = await Promise.all(
      Array.from({ length: THREADS }, () => connectClient(t, server)),
    );
    for (const client of clients) client.send('talk 20000\n');
    for (const client of clients) await client.expectEnd();
    await server.stop();
    const failures = server.log.of('service failed');
    assert.equal(failures.length, THREADS);
    for (const line of failures) {
      assert.ok(Buffer.byteLength(JSON.stringify(line)) < 4096);
      assert.equal(typeof line.connection, 'number');
      assert.match((line.err as { message: string }).message, /^x{500,}…$/);
    }
  });

  it('delays neither clients nor an orderly stop when its reader has closed the pipe', async (t) => {
    const socket = join(temporaryDirectory(t), 'socket');
    const args = ['serve', 'echo', '--socket', socket, '--log-level', 'debug'];
    const { child, outcome } = watchHandoff(t, args, { closeOutput: true });
    await once(child.stdout, 'close');
    await serveTwo(t, socket);
    child.kill('SIGTERM');
    assert.deepEqual(
      { ...(await outcome), stdout: '' },
      { status: 0, signal: null, stdout: '', stderr: '' },
    );
  });

  it('delays neither clients nor an orderly stop on a full disk, and the server reports that once', async (t) => {
    const directory = temporaryDirectory(t);
    const [socket, file] = [join(directory, 'socket'), join(directory, 'log')];
    const command = [
      CLI,
      'serve',
      'echo',
      '--socket',
      socket,
      '--log-level',
      'debug',
      '--log-file',
      file,
    ];
    // The limit is one block of 512 bytes: it holds the first line, and not all of the others.
    const limited = ['-c', 'ulimit -f 1; exec "$@"', 'sh', process.execPath, ...command];
    // V8 could not write its coverage, either.
    const child = spawn('sh', limited, { env: environment({ NODE_V8_COVERAGE: '' }) });
    killAfter(t, child);
    const exit = exitOf(child);
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    await serveTwo(t, socket);
    child.kill('SIGTERM');
    assert.deepEqual(await exit, { status: 0, signal: null });
    assert.match(errors, /^handoff: cannot write the log: EFBIG: [^\n]*; serving goes on\n$/);
    assert.match(readFileSync(file, 'utf8'), /"listening"/);
  });

  it('gets the kept lines as soon as there is space again', (t) => {
    const file = join(temporaryDirectory(t), 'log');
    const noted: string[] = [];
    const log = openLog({ level: 'info', file, connections: true }, {}, ({ message }) =>
      noted.push(message),
    );
    const write = (message: string) => {
      log.info(message);
      writeGatheredLines();
    };
    write('before');
    const full = t.mock.method(fs, 'writeSync', () => {
      throw new Error('the disk is full');
    });
    write('kept');
    write('kept, too');
    full.mock.restore();
    write('after');
    assert.deepEqual(
      linesOf(file).map(({ msg }) => msg),
      ['before', 'kept', 'kept, too', 'after'],
    );
    assert.deepEqual(new Set(noted), new Set(['the disk is full']));
  });
});

describe('the lines of one turn', () => {
  const writes: string[] = [];
  const destination = { write: (text: string) => writes.push(text) };
  const line = (length: number) => `${'x'.repeat(length - 1)}\n`;

  it('go to a file with one write, when the turn ends', async () => {
    const writer = new TurnWriter(destination, true);
    for (let count = 0; count < 10; count++) writer.write(line(1000));
    assert.deepEqual(writes.splice(0), []);
    await nextTurn();
    assert.deepEqual(writes.splice(0), [line(1000).repeat(10)]);
    await nextTurn();
    assert.deepEqual(writes, []);
  });

  it('go to a pipe in pieces that the kernel does not tear, each of whole lines', async () => {
    const writer = new TurnWriter(destination, false);
    for (let count = 0; count < 10; count++) writer.write(line(1500));
    writer.write('ä'.repeat(2000) + '\n');
    await nextTurn();
    const pieces = writes.splice(0);
    assert.equal(pieces.join(''), line(1500).repeat(10) + 'ä'.repeat(2000) + '\n');
    for (const piece of pieces) {
      assert.ok(Buffer.byteLength(piece) <= 4096);
      assert.ok(piece.endsWith('\n'));
    }
  });

  it('are bounded: a turn that logs without end does not keep them all', () => {
    const writer = new TurnWriter(destination, true);
    for (let count = 0; count < 1000; count++) writer.write(line(1000));
    assert.ok(writes.join('').length > 900_000);
    writer.flush();
    assert.equal(writes.splice(0).join('').length, 1_000_000);
  });
});

/** Serves two clients one after the other, each with lines in the log. */
async function serveTwo(t: TestContext, socket: string): Promise<void> {
  for (const word of ['first', 'second']) {
    const client = await connectAsSoonAsPossible(t, socket);
    await client.exchange(word, word);
    client.halfClose();
    await client.expectEnd();
  }
}

interface Chatter {
  readonly clients: Client[];
  signal(signal: NodeJS.Signals): void;
  /** The exit and the log; fails if the process wrote to standard error. */
  end(): Promise<{ exit: Exit; lines: readonly LogLine[] }>;
}

/**
 * Starts a server whose log goes to a file or through a pipe, with a client on each of its threads.
 */
async function startChatter(t: TestContext, destination: 'file' | 'pipe'): Promise<Chatter> {
  const directory = temporaryDirectory(t);
  const [socket, file] = [join(directory, 'socket'), join(directory, 'log')];
  const command = [CLI, 'serve', fixture('chatter'), '--socket', socket, '--threads', `${THREADS}`];
  const grace = ['--grace', '600000'];
  if (destination === 'file') {
    const child = spawnNode([...command, ...grace, '--log-file', file]);
    killAfter(t, child);
    let complaint = '';
    child.stderr.on('data', (chunk) => (complaint += String(chunk)));
    const exit = exitOf(child);
    return {
      clients: await clientsOf(t, socket),
      signal: (signal) => child.kill(signal),
      end: async () => {
        const ended = await exit;
        assert.equal(complaint, '');
        return { exit: ended, lines: linesOf(file) };
      },
    };
  }
  // Node gives a child a socket pair for a pipe; the shell makes real pipes.
  const piped = '{ "$@"; echo $? >&2; } | cat';
  const args = ['-c', piped, 'sh', process.execPath, ...command, ...grace];
  const child = spawn('sh', args, { env: environment() });
  let status = '';
  child.stderr.on('data', (chunk) => (status += String(chunk)));
  const log = new LogLines(child.stdout);
  const { pid } = await log.next('listening');
  const exit = exitOf(child);
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch (error) {
      // The shell may not have reported the end of the server yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  t.after(() => signal('SIGKILL'));
  return {
    clients: await clientsOf(t, socket),
    signal,
    end: async () => {
      await exit;
      await log.end();
      return { exit: { status: Number(status), signal: null }, lines: log.all };
    },
  };
}

async function clientsOf(t: TestContext, path: string): Promise<Client[]> {
  const clients: Client[] = [];
  while (clients.length < THREADS) clients.push(await connectAsSoonAsPossible(t, path));
  return clients;
}

async function connectAsSoonAsPossible(t: TestContext, path: string): Promise<Client> {
  for (;;) {
    try {
      return await connectClient(t, { address: { path } });
    } catch (error) {
      t.signal.throwIfAborted();
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOENT', 'ECONNREFUSED'].includes(code)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

function linesOf(file: string): LogLine[] {
  const text = readFileSync(file, 'utf8');
  assert.equal(text.at(-1), '\n');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
}

/**
 * Asserts that each connection's chatter lines are complete, in order, and as many as its client
 * was sent.
 */
function assertNumbered(
  lines: readonly LogLine[],
  told: readonly number[],
  how: 'exactly' | 'at least',
): void {
  const written = told.map(() => 0);
  for (const { msg, connection, number } of lines) {
    if (msg !== 'chatter') continue;
    const index = Number(connection) - 1;
    assert.equal(number, written[index], `connection ${index + 1} goes on with its next line`);
    written[index] = Number(number) + 1;
  }
  if (how === 'exactly') assert.deepEqual(written, told);
  else for (const [index, count] of told.entries()) assert.ok(Number(written[index]) >= count);
}
