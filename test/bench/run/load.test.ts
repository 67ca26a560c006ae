/** `handoff load` against real servers: right, wrong, mortal; and its files against the schema. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import { readLoad, type LoadResults } from '../../../bench/analysis/load-results.js';
import { peers } from '../../../bench/contenders/peers.js';
import { coverPrograms } from '../../support/environment.js';
import { runHandoff, temporaryDirectory } from '../../support/handoff.js';
import { startRawServer, unusedPort } from '../../support/raw-server.js';
import { serveInProcess } from '../../support/bench/raw-echo.js';
import { noTerminal, openTerminal } from '../../support/terminal.js';

coverPrograms();

const BOUND_MS = 60_000;
const SCHEMA = fileURLToPath(new URL('../../../../docs/load.schema.json', import.meta.url));
const SHORT = ['--duration', '150', '--clients', '4'];
const WARM_UP = ['--warm-up', '50'];

const python = peers().find(({ name }) => name === 'python-threading');

const validate = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')) as object,
);

function assertValid(results: unknown): void {
  assert.ok(validate(results), JSON.stringify(validate.errors));
}

async function load(t: TestContext, ...args: readonly string[]) {
  return runHandoff(t, ['load', ...args]);
}

async function loaded(t: TestContext, ...args: readonly string[]): Promise<LoadResults> {
  const file = join(temporaryDirectory(t), 'load.json');
  const warmUp = args.includes('--warm-up') ? [] : WARM_UP;
  const { status, stderr } = await load(t, ...SHORT, ...warmUp, ...args, '-o', file);
  assert.equal(status, 0, stderr);
  const results = readLoad(file);
  assertValid(results);
  return results;
}

const echo = (t: TestContext) => startRawServer(t, (socket) => socket.pipe(socket));

describe(
  'handoff load',
  {
    timeout: BOUND_MS,
    concurrency: 2,
    skip: process.platform !== 'linux' && 'epoll is Linux only',
  },
  () => {
    it('offers Poisson arrivals on request, and records their seed', async (t) => {
      const poisson = ['--rate', '1000', '--arrivals', 'poisson'];
      const port = await echo(t);
      const chosen = await loaded(t, `127.0.0.1:${port}`, ...poisson, '--seed', '7');
      assert.equal(chosen.load.arrivals, 'poisson');
      assert.equal(chosen.parts[0]?.seed, 7);
      const drawn = await loaded(t, `127.0.0.1:${port}`, ...poisson);
      assert.notEqual(drawn.parts[0]?.seed, undefined);
    });

    it('loads an echo server in a closed loop, and prints what its clients saw', async (t) => {
      const port = await echo(t);
      const { status, stdout, stderr } = await load(t, `127.0.0.1:${port}`, ...SHORT, ...WARM_UP);
      assert.equal(status, 0);
      assert.equal(stderr, '', 'no live line without a terminal');
      const [head, ...rows] = stdout.trimEnd().split('\n');
      assert.equal(head, `127.0.0.1:${port}: 4 clients, closed loop, 0.2 s, connections kept`);
      assert.deepEqual(
        rows.map((row) => row.split(' ')[0]),
        ['answers', 'latency', 'errors', 'unanswered', 'generator'],
      );
      assert.match(stdout, /p50 .+ p90 .+ p99 .+ p99\.9 .+ max /);
    });

    it('loads a server in Python', { skip: python?.unavailable('echo') ?? false }, async (t) => {
      const server = await python?.start({ clients: 4 });
      t.after(() => server?.stop());
      assert.ok((await loaded(t, String(server?.port))).answers > 0);
    });

    it('sends at a constant rate, and counts every request that was due', async (t) => {
      const results = await loaded(t, String(await echo(t)), '--rate', '200');
      const { offered, answers, unanswered, unsent, latency, parts } = results;
      assert.equal(offered, 30);
      assert.equal(answers + unanswered + (unsent ?? 0), offered);
      assert.equal(latency.count, offered);
      assert.equal(parts[0]?.ratePerSecond, 200);
    });

    it('makes a connection for each message with --churn', async (t) => {
      let connections = 0;
      const port = await startRawServer(t, (socket) => {
        connections += 1;
        socket.on('end', () => socket.end()).on('data', (bytes) => socket.write(bytes));
      });
      const { answers, load: asked } = await loaded(t, String(port), '--churn');
      assert.ok(answers > 0 && connections >= answers);
      assert.equal(asked.connections, 'one per message');
    });

    it('expects the answer that is given, longer than the message or shorter', async (t) => {
      for (const [expected, answer] of [
        ['\\x00\\xff and more\\n', Buffer.from('00ff20616e64206d6f72650a', 'hex')],
        ['.', Buffer.from('.')],
      ] as const) {
        const port = await startRawServer(t, (socket) =>
          socket.on('data', () => socket.write(answer)),
        );
        const results = await loaded(
          t,
          String(port),
          '--message',
          'ask\\r\\n',
          '--expect',
          expected,
        );
        assert.ok(results.answers > 0);
        assert.deepEqual([results.load.message, results.load.expect], ['ask\\r\\n', expected]);
      }
    });

    it('sends no load to a server whose first answer is wrong', async (t) => {
      let connections = 0;
      const port = await startRawServer(t, (socket) => {
        connections += 1;
        socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
      });
      const { status, stdout, stderr } = await load(t, String(port), ...SHORT, ...WARM_UP);
      assert.deepEqual([status, stdout, connections], [1, '', 1]);
      assert.match(
        stderr,
        /sent {6}"hello\\n"\n {2}expected {2}"hello\\n"\n {2}received {2}"HELLO\\n"/,
      );
    });

    it('ends with status 1 if an answer is wrong later', async (t) => {
      let messages = 0;
      const port = await startRawServer(t, (socket) =>
        socket.on('data', (bytes) => socket.write(++messages === 20 ? 'jello\n' : bytes)),
      );
      const { status, stdout } = await load(t, String(port), ...SHORT, ...WARM_UP, '--json');
      const results = JSON.parse(stdout) as LoadResults;
      assertValid(results);
      assert.deepEqual([status, results.errors.wrongBytes], [1, 1]);
      assert.ok(results.answers > 0);
    });

    it('counts the errors of a server that dies', async (t) => {
      // So few that a busy machine answers them within the load's time.
      const mostAnswers = 20;
      const { port } = await serveInProcess(t, mostAnswers);
      const results = await loaded(t, String(port), '--warm-up', '0');
      assert.ok(
        results.errors.reset + results.errors.closedEarly > 0,
        JSON.stringify(results.errors),
      );
      assert.ok(results.answers < mostAnswers);
    });

    it('ends with status 1 if nothing was answered', async (t) => {
      let messages = 0;
      const port = await startRawServer(t, (socket) =>
        socket.on('data', (bytes) => {
          messages += 1;
          if (messages === 1) socket.write(bytes);
        }),
      );
      const { status, stdout } = await load(t, String(port), ...SHORT, ...WARM_UP);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /^latency +p50 ≥ .*\n.*\nunanswered +4 requests; 4 of 4 clients had no/m,
      );
    });

    it('refuses another machine, a server that is not there, and wrong options', async (t) => {
      const nothing = String(await unusedPort());
      for (const [args, status, words] of [
        [['192.0.2.1:80'], 2, /not on loopback/],
        [[nothing], 1, /^handoff: 127\.0\.0\.1:\d+: connection refused; is the server running\?$/m],
        [[nothing, '--churn', '--rate', '5'], 2, /leave out --churn/],
        [[nothing, '--duration', '600001'], 2, /--duration takes a whole number from 1 to 600000/],
        [[nothing, '--clients', '10001'], 2, /--clients takes/],
        [[nothing, '--message', '\\q'], 2, /--message knows/],
        [[], 2, /load needs <address>/],
      ] as const) {
        const outcome = await load(t, ...args);
        assert.deepEqual([outcome.status, outcome.stdout], [status, '']);
        assert.match(outcome.stderr, words);
      }
    });

    it('shows rate and p99 on a terminal while it runs', { skip: noTerminal }, async (t) => {
      const terminal = openTerminal(t, ['load', String(await echo(t)), '--duration', '1200']);
      await terminal.shows(/\d+ s {3}[\d,]+ answers\/s {3}p99 [\d.]+ [µm]s/);
      await terminal.shows(/^generator /m);
      assert.equal((await terminal.exit()).status, 0);
    });

    it('leaves no results after Ctrl-C', { skip: noTerminal }, async (t) => {
      const terminal = openTerminal(t, ['load', String(await echo(t)), '--duration', '60000']);
      await terminal.shows(/answers\/s/);
      terminal.type('\x03');
      await terminal.shows(/handoff: interrupted; there are no results/);
      assert.equal((await terminal.exit()).status, 130);
    });
  },
);

describe('handoff load merge', { timeout: BOUND_MS }, () => {
  it('adds up two loads of the same time', async (t) => {
    const port = String(await echo(t));
    const [one, other] = await Promise.all([loaded(t, port), loaded(t, port)]);
    const folder = temporaryDirectory(t);
    const [at] = one.parts;
    const files = [one, other].map((results, index) => {
      const path = join(folder, `${index}.json`);
      // On a busy machine, two programs do not start at the same time.
      const parts = results.parts.map((part) => ({ ...at, id: part.id }));
      writeFileSync(path, JSON.stringify({ ...results, parts }));
      return path;
    });
    const sum = join(folder, 'sum.json');
    const { status, stdout, stderr } = await load(t, 'merge', ...files, '-o', sum);
    assert.equal(status, 0, stderr);
    const results = readLoad(sum);
    assertValid(results);
    assert.equal(results.answers, one.answers + other.answers);
    assert.equal(results.latency.count, results.answers);
    assert.equal(stdout.match(/4 clients, closed loop/g)?.length, 2);
    const again = await load(t, 'merge', sum, ...files.slice(0, 1));
    assert.deepEqual([again.status, again.stdout], [1, '']);
    assert.match(again.stderr, /cannot be merged: both have the run that started at/);
  });

  it('takes at least two files', async (t) => {
    const { status, stderr } = await load(t, 'merge', 'one.json');
    assert.equal(status, 2);
    assert.match(stderr, /at least two files/);
  });
});
