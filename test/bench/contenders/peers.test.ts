/**
 * The peers: one chat protocol and one order of lines, one page over kept connections, echoes; those
 * with workers replace one that dies.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startGenerator, type Generator } from '../../../bench/generator/handle.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { peers } from '../../../bench/contenders/peers.js';
import type { Contender, ServiceName } from '../../../bench/contenders/contender.js';
import { treeOf } from '../../../bench/lib/process-tree.js';
import { eventually } from '../../support/eventually.js';

const BOUND_MS = 20_000;

interface LineClient {
  readonly socket: Socket;
  /** The next line; undefined at the end of the stream. */
  next(): Promise<string | undefined>;
}

function peersFor(service: ServiceName): Contender[] {
  return peers().filter(({ services }) => services.includes(service));
}

async function started(test: TestContext, peer: Contender, service: ServiceName): Promise<number> {
  const server = await peer.start({ service, clients: 16 });
  test.after(() => server.stop());
  return server.port;
}

async function connected(port: number): Promise<LineClient> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true }).on('error', () => undefined);
  const lines = createInterface({ input: socket })
    .on('error', () => undefined)
    [Symbol.asyncIterator]();
  await once(socket, 'connect');
  return {
    socket,
    next: async () => {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    },
  };
}

/** Sends a line to an echo server. */
async function echoes(client: LineClient): Promise<boolean> {
  client.socket.write('still there\n');
  return (await client.next()) === 'still there';
}

async function joined(port: number, name: string): Promise<LineClient> {
  const client = await connected(port);
  await client.next();
  await client.next();
  client.socket.write(`${name}\n`);
  assert.match((await client.next()) ?? '', new RegExp(`^Welcome ${name}`));
  return client;
}

describe('chat peers', () => {
  for (const peer of peersFor('chat')) {
    const options = { skip: peer.unavailable('chat') ?? false, timeout: BOUND_MS };

    it(
      `${peer.name} announces joins and leaves, and delivers lines to the other members`,
      options,
      async (test) => {
        const port = await started(test, peer, 'chat');
        const alice = await joined(port, 'alice');
        const bob = await joined(port, 'bob');
        assert.equal(await alice.next(), '* bob joined (2 here)');
        alice.socket.write('hi\n');
        assert.equal(await bob.next(), 'alice: hi');
        bob.socket.write('one\ntw');
        assert.equal(await alice.next(), 'bob: one');
        bob.socket.write('o\n');
        assert.equal(await alice.next(), 'bob: two');
        bob.socket.end();
        assert.equal(await alice.next(), '* bob left');
        assert.equal(await bob.next(), undefined);
        const carol = await joined(port, 'carol');
        assert.equal(await alice.next(), '* carol joined (2 here)');
        carol.socket.resetAndDestroy();
        assert.equal(await alice.next(), '* carol left');
        alice.socket.destroy();
      },
    );

    it(
      `${peer.name} accepts three attempts at a name that is neither empty nor taken`,
      options,
      async (test) => {
        const port = await started(test, peer, 'chat');
        const alice = await joined(port, 'alice');
        const other = await connected(port);
        await other.next();
        const question = await other.next();
        for (const [name, again] of [
          ['alice', true],
          ['', true],
          ['alice', false],
        ] as const) {
          other.socket.write(`${name}\n`);
          assert.match((await other.next()) ?? '', /^ERR /);
          if (again) assert.equal(await other.next(), question);
        }
        // After the third error come the question once more, or the end of the stream.
        while ((await other.next()) !== undefined);
        alice.socket.destroy();
      },
    );
  }
});

describe(
  'peers under load',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    for (const peer of peersFor('chat')) {
      const options = { skip: peer.unavailable('chat') ?? false, timeout: BOUND_MS };
      it(`${peer.name} delivers lines in one order, job after job`, options, async (test) => {
        const port = await started(test, peer, 'chat');
        for (let job = 0; job < 2; job++) {
          const load = { pattern: 'fan-out', clients: 16, senders: 8, durationMs: 100 } as const;
          const result = await generator.run({ ...load, port });
          assert.deepEqual(result.errors, noErrors());
          assert.equal(result.clientsServed, 16);
        }
      });
    }

    for (const peer of peersFor('echo')) {
      const options = { skip: peer.unavailable('echo') ?? false, timeout: BOUND_MS };
      it(`${peer.name} echoes, connection after connection`, options, async (test) => {
        const port = await started(test, peer, 'echo');
        const load = { pattern: 'churn', port, clients: 4, durationMs: 100 } as const;
        const result = await generator.run(load);
        assert.deepEqual(result.errors, noErrors());
        assert.ok(result.requests > 0);
      });
    }

    const bound = { timeout: BOUND_MS };
    for (const name of ['node-cluster', 'scm-rights', 'message-port-proxy']) {
      it(
        `${name} replaces a worker that it ends, and loses its clients only`,
        bound,
        async (test) => {
          const peer = peers().find((one) => one.name === name);
          assert.ok(peer !== undefined);
          const count = 2 * availableParallelism();
          const server = await peer.start({ clients: count });
          test.after(() => server.stop());
          const { port } = server;
          const clients: LineClient[] = [];
          // One after another: only a main process without a queue deals clients out evenly.
          while (clients.length < count) {
            const client = await connected(port);
            assert.ok(await echoes(client));
            clients.push(client);
          }
          process.kill(server.pid ?? 0, 'SIGUSR2');
          const ended: LineClient[] = [];
          for (const client of clients) client.socket.once('close', () => ended.push(client));
          await eventually('the loss of two clients', () => ended.length >= 2 || undefined);
          const survivors = clients.filter((client) => !ended.includes(client));
          assert.equal(survivors.length, count - 2);
          for (const client of survivors) {
            assert.ok(await echoes(client));
            client.socket.destroy();
          }
          const again = { port, clients: count, withRequest: true, limitMs: 500 };
          for (let answered = 0; answered < count;) {
            ({ answered } = await generator.hold(again));
            await generator.release();
          }
        },
      );

      it(`${name} ends with its main process`, bound, async (test) => {
        const peer = peers().find((one) => one.name === name);
        const server = await peer?.start({ clients: 1 });
        assert.ok(server?.pid !== undefined);
        test.after(() => server.stop());
        const processes = treeOf(server.pid);
        process.kill(server.pid, 'SIGKILL');
        await eventually('the end of its processes', () =>
          processes.every((pid) => !existsSync(`/proc/${pid}`)) ? true : undefined,
        );
      });
    }

    for (const peer of peersFor('web')) {
      const options = { skip: peer.unavailable('web') ?? false, timeout: BOUND_MS };
      it(`${peer.name} serves the page over persistent connections`, options, async (test) => {
        const port = await started(test, peer, 'web');
        const result = await generator.run({ pattern: 'web', port, clients: 16, durationMs: 500 });
        assert.deepEqual(result.errors, noErrors());
        assert.equal(result.clientsServed, 16);
      });
    }
  },
);
