/** Client threads that the system does not let start: their clients wait for another thread. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { connectClient } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { startHandoff, type ServerProcess } from '../support/handoff.js';

const CLIENTS = 40;
/** A user who has no other process. */
const USER = 54_321;
const AS_USER = `setpriv --reuid=${USER} --regid=${USER} --clear-groups`;

const notRoot = process.getuid?.() !== 0 && 'needs root, to run a server as another user';
const PIDS = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) =>
  existsSync(path.endsWith('pids') ? `${path}/cgroup.procs` : `${path}/pids.max`),
);
const noCgroup = (notRoot || PIDS === undefined) && 'needs root and a cgroup with pids.max';

describe('without more threads from the system', { timeout: 60_000 }, () => {
  it('clients queue under the limit of a user', { skip: notRoot }, async (t) => {
    const server = await startHandoff(t, ['echo'], {
      under: `ulimit -u 40; exec ${AS_USER}`,
    });
    await assertClientsQueue(t, server);
  });

  it('clients queue under the limit of a cgroup', { skip: noCgroup }, async (t) => {
    const { path, under } = limitedGroup(t, 50);
    assert.ok(existsSync(path));
    const server = await startHandoff(t, ['echo'], { under });
    await assertClientsQueue(t, server);
  });

  for (const overflow of ['queue', 'refuse']) {
    it(
      `clients meet --overflow ${overflow} when a start fails, and are served once one succeeds`,
      { skip: noCgroup },
      async (t) => {
        const { path, under } = limitedGroup(t, 60);
        const args = ['echo', '--overflow', overflow];
        const server = await startHandoff(t, args, { under });
        const first = await connectClient(t, server);
        await first.exchange('first', 'first');
        // From now on each start fails.
        writeFileSync(`${path}/pids.max`, '1');
        const sinceMs = performance.now();
        const others = [];
        for (let count = 0; count < 5; count++) others.push(await connectClient(t, server));
        await server.log.next('cannot start a thread');
        if (overflow === 'refuse') {
          for (const client of others) {
            await client.expect('ERR server full\n');
            client.close();
          }
        } else {
          await server.log.count('queued', others.length);
          for (const client of others) client.expectNothingYet();
        }
        await first.exchange('still', 'still');
        const most = 1 + Math.ceil((performance.now() - sinceMs) / 1000);
        assert.ok(server.log.of('cannot start a thread').length <= most);

        const descriptors = server.descriptors;
        writeFileSync(`${path}/pids.max`, 'max');
        const freeMs = performance.now();
        // A refused client's server waits until it may try again.
        const served = overflow === 'queue' ? others : [await untilAdmitted(t, server)];
        await Promise.all(served.map((client, index) => client.exchange(`${index}`, `${index}`)));
        const afterMs = performance.now() - freeMs;
        assert.ok(afterMs < 3000, `served after ${afterMs} ms`);
        assert.ok(server.descriptors < descriptors + 8 * served.length);
        for (const msg of ['thread lost', 'pool failed', 'uncaught error'])
          assert.deepEqual(server.log.of(msg), []);
        assert.deepEqual(await server.stop(), { status: 0, signal: null });
      },
    );
  }
});

async function assertClientsQueue(t: TestContext, server: ServerProcess): Promise<void> {
  const threads = Number(server.log.one('listening').threads);
  assert.ok(threads > 4 && threads < CLIENTS, `${threads} threads`);
  assert.equal((await server.log.next('threads limited')).threads, threads);
  const clients = [];
  for (let count = 0; count < CLIENTS; count++) clients.push(await connectClient(t, server));
  await server.log.count('thread started', threads);
  await server.log.count('queued', CLIENTS - threads);
  for (const client of clients) {
    client.halfClose();
    await client.expectEnd();
  }
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  for (const msg of ['thread lost', 'pool failed', 'uncaught error', 'cannot start a thread'])
    assert.deepEqual(server.log.of(msg), []);
}

async function untilAdmitted(t: TestContext, server: ServerProcess) {
  for (;;) {
    const client = await connectClient(t, server);
    client.send('?');
    if ((await client.read(1)).toString() === '?') return client;
    client.close();
  }
}

/** A group of processes that has so many threads at most. */
function limitedGroup(t: TestContext, most: number): { path: string; under: string } {
  const path = `${PIDS}/handoff-${process.pid}-${most}-${performance.now()}`;
  mkdirSync(path);
  // The server is killed after the test, and its threads need some time to end.
  t.after(() =>
    eventually('the end of the group', () => {
      try {
        rmdirSync(path);
        return true;
      } catch {
        return undefined;
      }
    }),
  );
  writeFileSync(`${path}/pids.max`, `${most}`);
  return { path, under: `echo $$ > ${path}/cgroup.procs; exec` };
}
