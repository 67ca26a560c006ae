/**
 * What snapshots say of main's loop: who held it, a process that was stopped, and what the clients
 * waited for meanwhile.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../../src/admin/snapshot.js';
import { connectWatcher } from '../support/admin.js';
import { connectClient } from '../support/client.js';
import { startHandoff, temporaryDirectory } from '../support/handoff.js';

const WORK_MS = 300;
const STOP_MS = 500;
/** A stop is seen from the next heartbeat on, and the kernel counts in ticks. */
const SEEN_MS = STOP_MS - 100;

const noTimes = process.platform !== 'linux' && 'the kernel’s times are shown on Linux';

describe('main’s loop in snapshots', { timeout: 60_000, skip: noTimes }, () => {
  it('names the connection whose handler held main, and who waited for it', async (t) => {
    const { server, until } = await startWatched(t, 'work');
    const clients = await Promise.all([1, 2, 3, 4, 5].map(() => connectClient(t, server)));
    await until(({ clients: { count } }) => count === 5);
    for (const client of clients) client.send(`work ${WORK_MS}\n`);
    const seen = await until(({ clients: { first } }) =>
      first.every(({ bytesOut }) => bytesOut > 0),
    );
    const [last] = seen.slice(-1);
    assert.ok(last);
    const held = seen.filter(({ main }) => (main.blocked?.heldMs ?? 0) >= WORK_MS);
    const [block] = held.map(({ main }) => main.blocked);
    assert.ok(block?.connection !== undefined && block.blockedMs >= WORK_MS);
    assert.ok(seen.some(({ main: { lagMs = 0 } }) => lagMs >= WORK_MS));
    for (const { computedMs = 0 } of last.clients.first) assert.ok(computedMs >= WORK_MS);
    // Their bytes had arrived while main computed for the first one.
    assert.ok(last.clients.first.some(({ loopWaitMs = 0 }) => loopWaitMs > WORK_MS / 2));
  });

  it('reports that the process was stopped as a lag of no connection', async (t) => {
    const { server, until } = await startWatched(t, 'echo');
    const idle = await connectClient(t, server);
    await idle.exchange('hello', 'hello');
    await until(({ clients: { first } }) => (first[0]?.bytesOut ?? 0) > 0);
    // The next snapshot is taken in a later turn: a stop within the client's own turn, in which that
    // one may have been taken, would be its block.
    await until(() => true);
    server.signal('SIGSTOP');
    const waiting = await connectClient(t, server);
    await sleep(STOP_MS);
    server.signal('SIGCONT');
    await waiting.exchange('hello', 'hello');
    const seen = await until(
      ({ main, clients }) => (main.blocked?.blockedMs ?? 0) >= SEEN_MS && clients.count === 2,
    );
    const [last] = seen.slice(-1);
    assert.equal(last?.main.blocked?.connection, undefined);
    assert.equal(last?.main.blocked?.heldMs, undefined);
    assert.ok(seen.some(({ main: { lagMs = 0 } }) => lagMs >= SEEN_MS));
    const [quick, late] = last?.clients.first ?? [];
    assert.ok((late?.backlogMs ?? 0) >= SEEN_MS, `${late?.backlogMs ?? 0}`);
    assert.ok((quick?.backlogMs ?? Infinity) < SEEN_MS);
    assert.ok(seen.some(({ backlog }) => backlog && backlog.longestMs >= SEEN_MS));
    assert.equal(last?.backlog?.count, 0);
  });
});

/** Starts an event loop with one watcher; `until` returns all snapshots since the last call. */
async function startWatched(t: TestContext, service: string) {
  const path = join(temporaryDirectory(t), 'admin');
  const settings = ['--model', 'event-loop', '--loop-lag', '50', '--admin', path];
  const server = await startHandoff(t, [service, ...settings]);
  const watcher = await connectWatcher(t, path, '{"everyMs":50}\n');
  const until = async (holds: (snapshot: Snapshot) => boolean): Promise<Snapshot[]> => {
    const seen: Snapshot[] = [];
    for (let line = await watcher.next(); line !== undefined; line = await watcher.next()) {
      const snapshot = JSON.parse(line) as Snapshot;
      seen.push(snapshot);
      if (holds(snapshot)) return seen;
    }
    throw new Error('the server has ended');
  };
  return { server, until };
}
