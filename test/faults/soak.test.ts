/** A long load of all kinds of clients: SOAK_SECONDS, 40 by default. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient } from '../support/client.js';
import { startHandoff, temporaryDirectory, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import type { Cleanup } from '../support/server.js';

const SOAK_S = Number(process.env['SOAK_SECONDS'] ?? 40);
const WARM_SHARE = 0.4;
const MOST_DESCRIPTORS = 5;
/** Of the resident memory after the warm-up. Garbage may wait to be collected. */
const MOST_GROWN_KB = 64 * 1024;
/** Between two visits of a client, so that the load leaves time for other tests. */
const PAUSE_MS = 5;

const SERVERS = [
  ['chat', 'thread-per-client'],
  ['chat', 'event-loop'],
  ['web', 'thread-per-client'],
  ['echo', 'event-loop'],
] as const;

describe(`a soak of ${SOAK_S} s`, { timeout: 1000 * SOAK_S + 60_000, concurrency: true }, () => {
  for (const [service, model] of SERVERS) {
    it(`leaves no descriptor and no memory behind in ${service} under ${model}`, async (t) => {
      const surroundings = { cwd: temporaryDirectory(t) };
      const server = await startHandoff(
        t,
        [service, ...modelOptions(model, 8), '--no-log-connections'],
        surroundings,
      );
      await load(server, service, 1000 * SOAK_S * WARM_SHARE);
      const before = await settled(server);
      await load(server, service, 1000 * SOAK_S * (1 - WARM_SHARE));
      const after = await settled(server);
      t.diagnostic(`${JSON.stringify(before)} ${JSON.stringify(after)}`);
      assert.ok(Math.abs(after.descriptors - before.descriptors) <= MOST_DESCRIPTORS);
      assert.ok(after.residentKb - before.residentKb < MOST_GROWN_KB);
      assert.equal(after.threads, before.threads);
      for (const { level, msg } of server.log.all) assert.notEqual(level, 'error', msg);
    });
  }
});

type Visit = (server: ServerProcess, t: Cleanup, number: number) => Promise<void>;

/** One of each kind at a time, again and again. */
async function load(server: ServerProcess, service: string, ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  const visits: readonly Visit[] = [good(service), good(service), rude, halfWay, wordless, large];
  let number = 0;
  await Promise.all(
    visits.map(async (visit) => {
      while (performance.now() < endMs) {
        const scope = new Scope();
        await visit(server, scope, number++);
        scope.close();
        await sleep(PAUSE_MS);
      }
    }),
  );
}

/** What a visit leaves open is closed at its end, and not at that of the test. */
class Scope implements Cleanup {
  readonly #cleanups: (() => void | Promise<void>)[] = [];

  after(clean: () => void | Promise<void>): void {
    this.#cleanups.push(clean);
  }

  close(): void {
    for (const clean of this.#cleanups) void clean();
  }
}

function good(service: string): Visit {
  return async (server, t, number) => {
    const client = await connectClient(t, server);
    if (service === 'web') client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    else client.send(`client${number}\n`);
    await client.readLine();
    client.send(service === 'chat' ? '/who\nhello\n' : '');
    client.halfClose();
    await client.expectOver();
  };
}

const rude: Visit = async (server, t) => {
  const client = await connectClient(t, server);
  client.send('rude\nGET');
  client.reset();
};

const halfWay: Visit = async (server, t, number) => {
  const client = await connectClient(t, server);
  await client.sendOneByOne(`half${number}`);
  client.close();
};

const wordless: Visit = async (server, t) => {
  const client = await connectClient(t, server);
  await sleep(PAUSE_MS);
  client.close();
};

const large: Visit = async (server, t, number) => {
  const client = await connectClient(t, server);
  client.pause();
  client.send(`large${number}\n${'x'.repeat(200_000)}`);
  await sleep(PAUSE_MS);
  client.close();
};

/** When all clients have left: descriptors, memory and threads. */
async function settled(server: ServerProcess) {
  let descriptors = server.descriptors;
  for (let same = 0; same < 10; same++) {
    await sleep(50);
    if (server.descriptors !== descriptors) same = 0;
    descriptors = server.descriptors;
  }
  return { descriptors, residentKb: server.residentKb, threads: server.threads };
}
