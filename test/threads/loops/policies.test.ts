/** Which worker gets the next client. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { jainIndex } from '../../../bench/lib/fairness.js';
import { policyNamed, POLICY_NAMES } from '../../../src/threads/loops/policies.js';
import { connectClient, type Client } from '../../support/client.js';
import { startHandoff, type ServerProcess } from '../../support/handoff.js';

const LOOPS = ['echo', '--model', 'worker-event-loops'];

function workers(...loads: number[]) {
  return loads.map((load, index) => ({ load, index }));
}

describe('a policy', () => {
  for (const name of POLICY_NAMES) {
    it(`chooses the only worker, and none where there is none: ${name}`, () => {
      const choose = policyNamed(name);
      assert.equal(choose(workers()), undefined);
      assert.equal(choose(workers(7))?.load, 7);
    });
  }

  it('round-robin goes through the workers, whatever they have', () => {
    const choose = policyNamed('round-robin');
    const chosen = Array.from({ length: 7 }, () => choose(workers(9, 0, 5))?.index);
    assert.deepEqual(chosen, [0, 1, 2, 0, 1, 2, 0]);
  });

  it('round-robin goes on when a worker has gone', () => {
    const choose = policyNamed('round-robin');
    choose(workers(0, 0, 0));
    const chosen = Array.from({ length: 4 }, () => choose(workers(0, 0))?.index);
    assert.deepEqual(new Set(chosen), new Set([0, 1]));
  });

  it('least-connections takes the worker with the fewest, the first of several', () => {
    const choose = policyNamed('least-connections');
    assert.equal(choose(workers(3, 1, 2))?.index, 1);
    assert.equal(choose(workers(3, 1, 1))?.index, 1);
  });

  it('two-choices draws two different workers, and takes the one with fewer', () => {
    for (const [draws, index] of [
      [[0, 0], 1],
      [[0, 0.99], 0],
      [[0.34, 0], 1],
      [[0.99, 0], 0],
    ] as const) {
      const random = [...draws];
      const choose = policyNamed('two-choices', () => random.shift() ?? assert.fail());
      assert.equal(choose(workers(4, 2, 9))?.index, index, draws.join());
    }
  });
});

describe('the workers of a server', { timeout: 120_000 }, () => {
  it('have equally many of 64 clients with round-robin', async (t) => {
    const server = await startHandoff(t, [...LOOPS, '--workers', '4']);
    await connectMany(t, server, 64);
    const counts = [...(await clientsByThread(server)).values()];
    assert.equal(counts.length, 4);
    assert.ok(jainIndex(counts) >= 0.99, counts.join());
  });

  for (const policy of ['least-connections', 'two-choices']) {
    it(`are filled up with ${policy} where clients have left`, async (t) => {
      const args = [...LOOPS, '--workers', '2', '--policy', policy];
      const server = await startHandoff(t, args);
      const clients = await connectMany(t, server, 4);
      clients[0]?.close();
      await server.log.next('closed', { connection: 1 });
      const emptied = server.log.one('closed').thread;
      await connectMany(t, server, 1);
      const byThread = await clientsByThread(server);
      // Of the five, three were on that worker: the one that left, and its successor.
      assert.equal(byThread.get(Number(emptied)), 3, JSON.stringify([...byThread]));
    });
  }
});

async function connectMany(t: TestContext, server: ServerProcess, count: number) {
  const clients: Client[] = [];
  for (let index = 0; index < count; index++) {
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    clients.push(client);
  }
  return clients;
}

/** Stops the server. */
async function clientsByThread(server: ServerProcess): Promise<Map<number, number>> {
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  const counts = new Map<number, number>();
  for (const { thread } of server.log.of('closed'))
    counts.set(Number(thread), (counts.get(Number(thread)) ?? 0) + 1);
  return counts;
}
