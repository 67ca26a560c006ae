/**
 * `handoff bench --server`: servers of the user's own beside our models, from the options to the
 * results, and what is left of them when the bench is killed.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readResults, type BenchResults } from '../../../bench/analysis/results.js';
import type { CaseResult, ContenderResult } from '../../../bench/analysis/experiment.js';
import { Descendants, socketsOf } from '../../support/descendants.js';
import { eventually } from '../../support/eventually.js';
import { fixture, runHandoff, temporaryDirectory, watchHandoff } from '../../support/handoff.js';
import { startRawServer } from '../../support/raw-server.js';

const BOUND_MS = 100_000;
const NODE = `'${process.execPath}' '${fixture('own-server')}'`;
/** Two rounds of a fraction of a second. */
const SHORT = ['--rounds', '2', '--duration', '20', '--model', 'event-loop'];

async function bench(t: TestContext, directory: string, ...args: readonly string[]) {
  const all = ['bench', ...SHORT, '--output', directory, ...args];
  return runHandoff(t, all);
}

function resultsIn(directory: string): BenchResults[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => readResults(join(directory, name)));
}

function casesOf(results: BenchResults | undefined, experiment: string): readonly CaseResult[] {
  return results?.experiments.find(({ name }) => name === experiment)?.cases ?? [];
}

function found(one: CaseResult | undefined, name: string): ContenderResult {
  const contender = one?.contenders.find((candidate) => candidate.name === name);
  assert.ok(contender, name);
  return contender;
}

describe(
  'handoff bench --server',
  { timeout: BOUND_MS, concurrency: 2, skip: process.platform !== 'linux' && 'it needs /proc' },
  () => {
    it('measures a command and an address beside our models, and its results can be compared', async (t) => {
      const directory = temporaryDirectory(t);
      const port = await startRawServer(t, (socket) => {
        socket.on('end', () => socket.end()).on('data', (bytes) => socket.write(bytes));
      });
      const servers = [`mine=${NODE} {port} echo`, `prod=tcp://127.0.0.1:${port}`];
      const args = ['--scenario', 'slow-client', ...servers.flatMap((one) => ['--server', one])];
      const { status, stdout, stderr } = await bench(t, directory, ...args);
      assert.equal(status, 0, stderr);
      assert.ok(stdout.includes(`mine: ${NODE} {port} echo (echo)\n`), stdout);
      assert.match(stdout, /^mine .* [\d.]+( \(.+\))?$/m, 'a ratio to the event loop');
      assert.ok(!stdout.includes('without being named'), stdout);
      const [results] = resultsIn(directory);
      assert.deepEqual(
        results?.options.servers?.map(({ name }) => name),
        ['mine', 'prod'],
      );
      const [one] = casesOf(results, 'slow-client');
      for (const { values } of found(one, 'mine').rounds) {
        assert.ok((values.threads ?? 0) > 5 && (values.rssBytes ?? 0) > 20e6, 'of Node');
        assert.ok(values.serverCpuShare !== undefined);
      }
      const { kind, rounds } = found(one, 'prod');
      assert.equal(kind, 'server');
      assert.equal(rounds.length, 2);
      for (const { values } of rounds) {
        assert.notEqual(values.requestsPerSecond, undefined);
        assert.equal(values.serverCpuShare ?? values.threads ?? values.rssBytes, undefined);
      }
      const file = readdirSync(directory).find((name) => name.endsWith('.json')) ?? '';
      const path = join(directory, file);
      const compared = await runHandoff(t, ['bench', 'compare', path, path]);
      assert.equal(compared.status, 0, compared.stderr);
      for (const name of ['mine', 'prod'])
        assert.ok(compared.stdout.includes(name), compared.stdout);
    });

    it('measures servers of another service in the experiments that fit it', async (t) => {
      const directory = temporaryDirectory(t);
      const args = ['--service', 'capitalize', '--scenario', 'slow-client'];
      const { status, stderr } = await bench(
        t,
        directory,
        ...args,
        ...['--server', `mine=${NODE} {port} capitalize`],
      );
      assert.equal(status, 0, stderr);
      const cases = casesOf(resultsIn(directory)[0], 'slow-client');
      assert.deepEqual(
        cases.map(({ name }) => name),
        ['without silent clients, capitalize', '16 silent clients, capitalize'],
      );
      for (const one of cases) {
        for (const name of ['event-loop', 'mine']) {
          const { rounds, failed } = found(one, name);
          // On a busy machine, a window this short may be without an answer, but not with a wrong one.
          assert.deepEqual([rounds.length, failed], [2, undefined]);
          assert.ok(rounds.every(({ errors }) => errors?.wrongBytes === 0));
        }
      }
    });

    it('measures nothing if a server answers wrongly, and shows the conversation', async (t) => {
      const directory = temporaryDirectory(t);
      const server = `mine=${NODE} {port} capitalize`;
      const { status, stdout, stderr } = await bench(t, directory, '--server', server);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(
        stderr,
        /^handoff: mine gave a wrong answer:\n {2}sent .*\n.*\n {2}received {2}"IS/m,
      );
      assert.deepEqual(resultsIn(directory), []);
    });

    it('records how a server ended in the middle, and measures the others on', async (t) => {
      const directory = temporaryDirectory(t);
      const args = ['--scenario', 'slow-client', '--server', `mine=${NODE} {port} mortal 20`];
      const { status, stdout } = await bench(t, directory, ...args);
      assert.equal(status, 1);
      const [one] = casesOf(resultsIn(directory)[0], 'slow-client');
      assert.match(
        found(one, 'mine').failed ?? '',
        /the server ended during the case \(exit code 4\n {2}out of ideas\)/,
      );
      assert.match(stdout, /mine: FAILED, .*exit code 4/);
      assert.equal(found(one, 'event-loop').rounds.length, 2);
    });

    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      it(`leaves no process of a server when ${signal} ends the bench`, async (t) => {
        const descendants = new Descendants();
        t.after(() => descendants.killAll());
        const command = `true; timeout 90 ${NODE} {port} echo & wait; true`;
        const all = ['bench', '--rounds', '100', '--scenario', 'churn', '--model', 'event-loop'];
        const { child, outcome } = watchHandoff(
          t,
          [...all, '--output', temporaryDirectory(t), '--server', `mine=${command}`],
          { env: descendants.env },
        );
        // The command of the bench itself names the server, too.
        const isOfServer = (words: string) =>
          words.includes('own-server') && !words.includes('bench ');
        await eventually('the shell, timeout and the server, which listens', () => {
          const members = descendants.running().filter((one) => isOfServer(one.command));
          const listens = members.some(({ pid }) => socketsOf(pid) > 0);
          return members.length === 3 && listens ? members : undefined;
        });
        child.kill(signal);
        await outcome;
        await eventually('their end', () =>
          descendants.running().length === 0 ? true : undefined,
        );
      });
    }
  },
);
