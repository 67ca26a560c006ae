/**
 * Threads that die while they serve. Each death ends only its own client. The server replaces the
 * thread, closes the descriptor and logs the cause.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectClient, type Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { fixture, startHandoff, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';

const TROUBLE = [fixture('trouble'), '--thread-memory', '16'];

/** The client's request, the reason in its `closed` line, and the cause in the log. */
const endings = [
  { ask: 'throw', reason: 'error', message: 'service failed', cause: /thrown on request/ },
  { ask: 'reject', reason: 'error', message: 'service failed', cause: /rejected on request/ },
  { ask: 'exit', reason: 'thread lost', message: 'thread lost', cause: /exit/ },
  {
    ask: 'throw-later',
    reason: 'thread lost',
    message: 'thread lost',
    cause: /thrown from a timer/,
  },
  { ask: 'oom', reason: 'thread lost', message: 'thread lost', cause: /memory/ },
] as const;

describe('a client thread', { timeout: 120_000 }, () => {
  for (const { ask, reason, message, cause } of endings) {
    it(`ends its own client only when its service does this: ${ask}`, async (t) => {
      const server = await startHandoff(t, [...TROUBLE, '--threads', '2']);
      const neighbour = await connectClient(t, server);
      await neighbour.exchange('echo before\n', 'before\n');
      const client = await connectClient(t, server);
      await client.exchange('echo alive\n', 'alive\n');
      client.send(`${ask}\n`);
      await client.expectEnd();

      const closed = await server.log.next('closed', { connection: 2 });
      assert.equal(closed.reason, reason);
      assert.equal(closed.bytesIn, 'echo alive\n'.length + ask.length + 1);
      assert.equal(closed.bytesOut, 'alive\n'.length);
      const why = server.log.one(message) as unknown as {
        connection: number;
        err: { message: string };
      };
      assert.equal(why.connection, 2);
      assert.match(why.err.message, cause);

      await neighbour.exchange('echo after\n', 'after\n');
      const next = await connectClient(t, server);
      await next.exchange('echo next\n', 'next\n');
      await leave(next);
      await leave(neighbour);
      assert.deepEqual(await server.stop(), { status: 0, signal: null });
      assert.deepEqual(server.log.of('uncaught error'), []);
    });
  }

  it('is replaced when it dies and no other client waits', async (t) => {
    const server = await startHandoff(t, [...TROUBLE, '--threads', '1']);
    for (let round = 1; round <= 3; round++) {
      const client = await connectClient(t, server);
      client.send('exit\n');
      await client.expectEnd();
    }
    await server.log.next('thread started', { count: 4 });
    assert.equal(server.log.of('thread lost').length, 3);
  });

  it(
    'survives fifty random deaths, and no byte reaches the wrong client',
    {
      timeout: 60_000,
      skip: process.platform !== 'linux' && 'reads /proc',
    },
    async (t) => {
      const threads = 8;
      const args = [...TROUBLE, '--threads', `${threads}`, '--warm', `${threads}`];
      const server = await startHandoff(t, args);
      const before = { descriptors: server.descriptors, threads: server.threads };
      const over = new AbortController();
      const steady = Array.from({ length: 4 }, (_, index) =>
        checkTokens(t, server, `steady-${index}`, over.signal),
      );
      const doomed = Array.from({ length: 4 }, (_, index) =>
        dieAgainAndAgain(t, server, index + 1, 13),
      );
      const deaths = (await Promise.all(doomed).finally(() => over.abort())).flat();
      const exchanges = await Promise.all(steady);
      t.diagnostic(`${deaths.length} deaths, ${exchanges.join(' + ')} exchanges beside them`);

      await server.log.count('closed', steady.length + deaths.length);
      const reasonOf = new Map(
        server.log.of('closed').map(({ connection, reason }) => [connection, reason]),
      );
      assert.equal(reasonOf.size, steady.length + deaths.length);
      const counted = (reason: string) =>
        [...reasonOf.values()].filter((found) => found === reason).length;
      const lost = deaths.filter(({ reason }) => reason === 'thread lost').length;
      assert.equal(counted('end'), steady.length);
      assert.equal(counted('thread lost'), lost);
      assert.equal(counted('error'), deaths.length - lost);
      assert.equal(server.log.of('thread lost').length, lost);
      assert.ok(exchanges.every((count) => count > 0));
      for (const { ask } of endings)
        assert.ok(
          deaths.some((death) => death.ask === ask),
          `${ask} was tried`,
        );

      await server.log.count('thread started', threads + lost);
      await eventually(
        'the descriptors of before',
        () => server.descriptors === before.descriptors || undefined,
      );
      await eventually(
        'the threads of before',
        () => server.threads === before.threads || undefined,
      );
      const all = Array.from({ length: threads }, (_, index) =>
        askOnce(t, server, `after-${index}`),
      );
      await Promise.all(all);
      assert.deepEqual(await server.stop(), { status: 0, signal: null });
    },
  );
});

describe('a rejection that a service does not handle', { timeout: 60_000 }, () => {
  for (const model of MODEL_NAMES) {
    it(`is logged and ends no client under ${model}`, async (t) => {
      const server = await startHandoff(t, [fixture('trouble'), ...modelOptions(model, 1)]);
      const first = await connectClient(t, server);
      await first.exchange('forget\n', 'forgotten\n');
      await leave(first);
      const failed = await server.log.next('service failed');
      assert.match(
        (failed as unknown as { err: { message: string } }).err.message,
        /forgotten on request/,
      );
      const second = await connectClient(t, server);
      await second.exchange('echo next\n', 'next\n');
      await leave(second);
      assert.deepEqual(await server.stop(), { status: 0, signal: null });
    });
  }
});

async function leave(client: Client): Promise<void> {
  client.halfClose();
  await client.expectEnd();
}

async function askOnce(t: TestContext, server: ServerProcess, token: string): Promise<void> {
  const client = await connectClient(t, server);
  await client.exchange(`echo ${token}\n`, `${token}\n`);
  await leave(client);
}

/** One long-lived client, which checks that it receives only its own data. */
async function checkTokens(t: TestContext, server: ServerProcess, name: string, over: AbortSignal) {
  const client = await connectClient(t, server);
  let count = 0;
  while (!over.aborted) {
    const token = `${name}-${++count}-${'x'.repeat(count % 500)}`;
    await client.exchange(`echo ${token}\n`, `${token}\n`);
    // Frequent enough to overlap every death, rare enough to leave processor time.
    await sleep(10);
  }
  await leave(client);
  return count;
}

/** Runs clients in turn; each checks a token and then causes a death chosen at random. */
async function dieAgainAndAgain(
  t: TestContext,
  server: ServerProcess,
  seed: number,
  times: number,
) {
  const random = randomFrom(seed);
  const died: (typeof endings)[number][] = [];
  while (died.length < times) {
    const ending = endings[random(endings.length)] ?? endings[0];
    const client = await connectClient(t, server);
    const token = `doomed-${seed}-${died.length}`;
    await client.exchange(`echo ${token}\n`, `${token}\n`);
    client.send(`${ending.ask}\n`);
    await client.expectEnd();
    client.close();
    died.push(ending);
  }
  return died;
}

/** A linear congruential generator (Numerical Recipes), so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (1_664_525 * state + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
