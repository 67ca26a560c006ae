/**
 * A runner that ends in the middle of its work, however it ends: nothing that it has started
 * outlives it, whatever language it is written in, and no temporary folder remains.
 * test/bench/lib/cleanup.test.ts has what an interrupted bench saves.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { peers } from '../../bench/contenders/peers.js';
import { Descendants, socketsOf } from '../support/descendants.js';
import { CLI, exitOf, killAfter, spawnNode, temporaryDirectory } from '../support/handoff.js';
import type { Cleanup } from '../support/server.js';

const BOUND_MS = 120_000;
/** From the start of a runner until the last of its servers has a client. */
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5000;

const DATAGRAMS = fileURLToPath(new URL('../../bench/run/datagrams.js', import.meta.url));
/** Throws an uncaught error in the runner. */
const CRASH = `data:text/javascript,process.on('SIGUSR2', () => { throw new Error('a crash') });`;

/** The contenders of the echo service, and what their servers' commands contain. */
const CONTENDERS: Readonly<Record<string, string>> = {
  'event-loop': 'serve echo --model event-loop',
  'thread-per-client': 'serve echo --model thread-per-client',
  'c-pthread': 'echo-pthread',
  'c-epoll': 'echo-epoll',
  'python-threading': 'echo_threading.py',
  'python-asyncio': 'echo_asyncio.py',
  'bare-net': 'bare-net.js',
};
const isMissing = (name: string) =>
  peers()
    .find((peer) => peer.name === name)
    ?.unavailable('echo') !== undefined;
const present = Object.keys(CONTENDERS).filter((name) => !isMissing(name));

const SHORT = ['--rounds', '1', '--duration', '20'];
/** All servers of a case run at the same time. The last one starts when the others are warm. */
const ALL = {
  args: [CLI, 'bench', ...SHORT, '--scenario', 'churn', '--model', ...present],
  servers: present.map((name) => CONTENDERS[name] ?? ''),
};
const BENCH = { args: [CLI, 'bench', ...SHORT], servers: ['serve echo --model event-loop'] };
const DEMO = { args: [CLI, 'demo'], servers: ['serve count --model iterative'] };
const UDP = { args: [DATAGRAMS], servers: ['--transport udp'] };

describe(
  'a runner that ends in the middle',
  { timeout: BOUND_MS, concurrency: 2, skip: process.platform !== 'linux' && 'it needs /proc' },
  () => {
    it('leaves no server of any contender after SIGKILL, not even one that is stopped', async (t) => {
      const { runner, servers, gone } = await startedRunner(t, ALL);
      assert.equal(servers.length, present.length);
      process.kill(servers[0] ?? 0, 'SIGSTOP');
      runner.kill('SIGKILL');
      await gone();
    });

    for (const [what, one] of Object.entries({ demonstration: DEMO, 'bench of datagrams': UDP })) {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
        it(`leaves nothing of the ${what} after ${signal}`, async (t) => {
          const { runner, gone } = await startedRunner(t, one);
          runner.kill(signal);
          await gone();
        });
      }
    }

    for (const [what, one] of Object.entries({ bench: BENCH, demonstration: DEMO })) {
      it(`leaves nothing of the ${what} after an uncaught error of the runner`, async (t) => {
        const { runner, gone } = await startedRunner(t, one, ['--import', CRASH]);
        runner.kill('SIGUSR2');
        await gone();
      });
    }
  },
);

interface Runner {
  readonly args: readonly string[];
  /** Parts of the commands of all servers that run when the runner ends. */
  readonly servers: readonly string[];
}

/** A server's output, its errors, and what it listens on. One more is a client. */
const OWN_SOCKETS = 3;

/** Starts a runner and waits until its last server has a client, or receives datagrams. */
async function startedRunner(t: Cleanup, one: Runner, nodeArgs: readonly string[] = []) {
  const directory = temporaryDirectory(t);
  const temporary = join(directory, 'tmp');
  mkdirSync(temporary);
  const descendants = new Descendants();
  t.after(() => descendants.killAll());
  const env = { ...descendants.env, TMPDIR: temporary, NODE_V8_COVERAGE: '' };
  const runner = spawnNode([...nodeArgs, ...one.args], { env, cwd: directory });
  killAfter(t, runner);
  for (const stream of [runner.stdout, runner.stderr]) stream.resume();
  const ended = exitOf(runner);
  const serversOf = () => {
    const running = descendants.running();
    return one.servers.flatMap(
      (server) => running.find(({ command }) => command.includes(server))?.pid ?? [],
    );
  };
  const sockets = one === UDP ? OWN_SOCKETS : OWN_SOCKETS + 1;
  const isServing = () => {
    const pids = serversOf();
    return pids.length === one.servers.length && socketsOf(pids.at(-1) ?? 0) >= sockets;
  };
  assert.ok(await within(START_LIMIT_MS, isServing), 'the servers did not start');
  return {
    runner,
    servers: serversOf(),
    /** Asserts that nothing is left soon after the runner's end. */
    gone: async () => {
      await ended;
      const left = () => [
        ...descendants.running().map(({ command }) => command),
        ...readdirSync(temporary),
      ];
      await within(END_LIMIT_MS, () => left().length === 0);
      assert.deepEqual(left(), []);
    },
  };
}

async function within(limitMs: number, isSo: () => boolean): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (performance.now() < endMs) {
    if (isSo()) return true;
    await sleep(5);
  }
  return false;
}
