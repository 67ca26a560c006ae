/** Snapshots of a running server under every model: served clients, their states, the queue. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import type { BriefSnapshot, Snapshot } from '../../src/admin/snapshot.js';
import { briefSnapshotsOf } from '../../src/clients/watch/watch.js';
import type { ClientView, State } from '../../src/serving/views.js';
import type { ModelName } from '../../src/serving/host.js';
import { snapshotWhere } from '../support/admin.js';
import { connectClient } from '../support/client.js';
import { fixture, temporaryDirectory } from '../support/handoff.js';
import { hasThreads, limitsClients, underEveryModel } from '../support/models.js';
import { startServer } from '../support/server.js';

const noStates = process.platform !== 'linux' && 'threads, and what they do, are shown on Linux';

underEveryModel('a snapshot', (model) => {
  const isThreaded = hasThreads(model);

  it('shows a client’s state and its bytes in each direction', { skip: noStates }, async (t) => {
    const { server, see } = await startWatched(t, model, fixture('trouble'));
    const client = await connectClient(t, server);
    const silent = await see('recv');
    assert.deepEqual(pick(silent, ['connection', 'peer', 'bytesIn', 'bytesOut']), {
      connection: 1,
      peer: `127.0.0.1:${client.localPort ?? 0}`,
      bytesIn: 0,
      bytesOut: 0,
    });
    assert.equal(silent.thread !== 0, isThreaded);

    await client.exchange('echo hello\n', 'hello\n');
    const answered = await see('recv', ({ bytesOut }) => bytesOut > 0);
    assert.deepEqual(pick(answered, ['bytesIn', 'bytesOut']), { bytesIn: 11, bytesOut: 6 });
    assert.ok(answered.servedMs > silent.servedMs);

    client.pause();
    client.send('flood 20\n');
    const stuck = await see('send');
    assert.ok(stuck.bytesOut > 6 && stuck.bytesOut < 20_000_000, `${stuck.bytesOut}`);
    client.close();
    await snapshotWhere(t, server.path, 'its end', ({ counts }) => counts.closed.reset === 1);

    const next = await connectClient(t, server);
    next.send('hang\n');
    assert.equal((await see('await')).connection, 2);
  });

  it(
    'has the stages of all hand-offs, which add up to the whole',
    { skip: noStates },
    async (t) => {
      const { server } = await startWatched(t, model, 'echo');
      for (let count = 0; count < 3; count++) {
        const client = await connectClient(t, server);
        await client.exchange('hello', 'hello');
        client.halfClose();
        await client.expectEnd();
      }
      const { handOff } = await snapshotWhere(
        t,
        server.path,
        'three served clients',
        ({ counts }) => counts.served === 3,
      );
      assert.equal(handOff !== undefined, isThreaded);
      if (!handOff) return;
      const { queued, woken, begun, total } = handOff;
      for (const { count } of [queued, woken, begun, total]) assert.equal(count, 3);
      const sumNs = queued.sumNs + woken.sumNs + begun.sumNs;
      assert.ok(total.sumNs > 0 && Math.abs(sumNs - total.sumNs) < 1, `${sumNs} ${total.sumNs}`);
    },
  );

  it('is brief if that is asked for: where each client is, and no more', async (t) => {
    const { server } = await startWatched(t, model, 'echo', { most: 2 });
    const places = model === 'iterative' ? 1 : 2;
    for (let client = 0; client < places; client++)
      await (await connectClient(t, server)).exchange('hello', 'hello');
    const last = await connectClient(t, server);
    if (!limitsClients(model)) await last.exchange('hello', 'hello');
    const whole = await snapshotWhere(
      t,
      server.path,
      'all of them',
      ({ clients, queue }) => clients.count + queue.count === places + 1,
    );
    const brief = await briefSnapshot(server.path);
    for (const part of ['clients', 'queue'] as const) {
      assert.equal(brief[part].count, whole[part].count);
      assert.deepEqual(
        brief[part].first,
        whole[part].first.map((client) => ({
          connection: client.connection,
          ...('thread' in client && { thread: client.thread }),
        })),
      );
    }
    const threadsOf = ({ threads }: BriefSnapshot) =>
      threads?.first.map(({ thread, connection }) => [thread, connection]);
    assert.deepEqual(threadsOf(brief), threadsOf(whole));
    assert.deepEqual(brief.limits, whole.limits);
    assert.equal('handOff' in brief, false);
  });

  it('shows queued clients and counts refused ones', async (t) => {
    const { server } = await startWatched(t, model, 'echo', { most: 2 });
    const places = model === 'iterative' ? 1 : 2;
    const served = [];
    for (let client = 0; client < places; client++) served.push(await connectClient(t, server));
    for (const client of served) await client.exchange('hello', 'hello');
    const waiting = await connectClient(t, server);
    if (!limitsClients(model)) {
      const all = await snapshotWhere(
        t,
        server.path,
        'three clients',
        ({ clients }) => clients.count === 3,
      );
      assert.deepEqual(
        [all.queue, all.threads?.count, all.limits.threads],
        [{ count: 0, first: [] }, ...(isThreaded ? [2, 2] : [undefined, undefined])],
      );
      return;
    }
    const { queue } = await snapshotWhere(
      t,
      server.path,
      'one that waits',
      ({ queue: { count } }) => count === 1,
    );
    assert.deepEqual(pick(queue.first[0], ['connection', 'peer']), {
      connection: places + 1,
      peer: `127.0.0.1:${waiting.localPort ?? 0}`,
    });
    const refused = await connectClient(t, server);
    await refused.expect('ERR server full\n');
    const full = await snapshotWhere(
      t,
      server.path,
      'a refusal',
      ({ counts }) => counts.refused === 1,
    );
    assert.deepEqual(pick(full.counts, ['accepted', 'served']), {
      accepted: places + 2,
      served: 0,
    });
    assert.deepEqual(full.limits, {
      ...(isThreaded && { threads: 2 }),
      queue: 1,
      overflow: 'queue',
    });

    for (const client of served) client.halfClose();
    const over = await snapshotWhere(
      t,
      server.path,
      'their end',
      ({ counts, clients }) =>
        counts.served === places && clients.first[0]?.connection === places + 1,
    );
    assert.equal(over.counts.closed.end, places);
    assert.equal(over.queue.count, 0);
  });

  it('shows a service that keeps a processor busy', { skip: noStates }, async (t) => {
    const { server, see } = await startWatched(t, model, 'work', { most: 2, warm: 2 });
    const client = await connectClient(t, server);
    if (isThreaded) {
      client.send('work 10000\n');
      if (model === 'thread-per-client')
        await see('running', ({ computedMs = 0 }) => computedMs > 0);
      const { threads } = await snapshotWhere(
        ...[t, server.path, 'a thread that computes'],
        ({ threads: seen }) => seen?.states.running === 1,
      );
      assert.deepEqual(threads?.states, { running: 1, free: 1 });
      if (model === 'worker-event-loops')
        assert.deepEqual(threads.first.map(({ clients }) => clients).sort(), [0, 1]);
      else
        assert.deepEqual(
          threads.first.map(({ connection }) => connection),
          [1, undefined],
        );
    } else {
      await see('recv');
      // Main cannot answer while it computes; afterwards it reports for how long it did.
      client.send('work 300\n');
      await snapshotWhere(t, server.path, 'a busy main', ({ main }) => main.utilization > 0.5);
      await client.expect('done 300\n');
    }
  });

  it(
    'shows a client thread that waits for main to answer a call',
    { skip: noStates },
    async (t) => {
      const { server, see } = await startWatched(t, model, fixture('club'));
      const client = await connectClient(t, server);
      await client.exchange('stuck\n', 'in\n');
      const caller = await see(isThreaded ? 'call' : 'await');
      assert.notEqual(caller.loopWaitMs, undefined);
    },
  );

  it(
    'shows that the server is stopping, and which clients it waits for',
    { skip: noStates },
    async (t) => {
      const { server, see } = await startWatched(t, model, fixture('trouble'), { graceMs: 60_000 });
      const client = await connectClient(t, server);
      client.pause();
      client.send('flood 20\n');
      await see('send');
      const stopped = server.stop();
      const last = await snapshotWhere(t, server.path, 'the stop', ({ stopping }) => stopping);
      assert.deepEqual([last.clients.count, last.address], [1, `127.0.0.1:${server.port}`]);
      client.close();
      await stopped;
    },
  );
});

interface Watched {
  readonly most?: number;
  readonly warm?: number;
  readonly graceMs?: number;
}

/** Starts a watched server; `see` waits for a client in this state with the given properties. */
async function startWatched(
  t: TestContext,
  model: ModelName,
  service: string,
  { most = 4, warm = 0, graceMs = 1 }: Watched = {},
) {
  const path = join(temporaryDirectory(t), 'admin');
  const threads = { most, warm };
  const acceptor = { queueLimit: 1 };
  const running = await startServer(t, {
    model,
    service,
    adminPath: path,
    acceptor,
    threads,
    graceMs,
  });
  const server = { ...running, path };
  const see = async (
    state: State,
    has: (client: ClientView) => boolean = () => true,
  ): Promise<ClientView> => {
    const isIt = (client: ClientView) => client.state === state && has(client);
    const { clients }: Snapshot = await snapshotWhere(t, path, `a client in ${state}`, (snapshot) =>
      snapshot.clients.first.some(isIt),
    );
    const [client] = clients.first.filter(isIt);
    assert.ok(client);
    return client;
  };
  return { server, see };
}

function pick<T extends object, K extends keyof T>(
  object: T | undefined,
  names: readonly K[],
): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) if (object) picked[name] = object[name];
  return picked;
}

/** The first ones are whole: one comes before the request is read, and a fresh one is sent again. */
async function briefSnapshot(path: string): Promise<BriefSnapshot> {
  for await (const snapshot of briefSnapshotsOf(path, { everyMs: 50 }))
    if (snapshot.clients.first.every((client) => !('peer' in client))) return snapshot;
  throw new Error('the server has ended');
}
