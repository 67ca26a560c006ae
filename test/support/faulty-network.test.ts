/** The faulty network itself, between a scripted client and a scripted server. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectClient, type Client } from './client.js';
import { startFakeServer } from './fake-server.js';
import { startFaultyNetwork } from './faulty-network.js';
import type { Cleanup } from './server.js';

const BOUND_MS = 30_000;
/** Does not repeat within any buffer. */
const LONG = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

async function connected(t: Cleanup) {
  const fake = await startFakeServer(t);
  const network = await startFaultyNetwork(t, { address: { host: '127.0.0.1', port: fake.port } });
  const client = await connectClient(t, network);
  return { network, client, server: await fake.accept() };
}

async function elapsedMs(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

async function exchange(from: Client, to: Client, message = 'ping'): Promise<void> {
  from.send(message);
  await to.expect(message);
}

describe('the faulty network of the tests', { timeout: BOUND_MS }, () => {
  it('passes bytes and ends unchanged in both directions, each for itself', async (t) => {
    const { client, server } = await connected(t);
    client.send(LONG);
    await server.expect(LONG);
    client.halfClose();
    await server.expectEnd();
    server.send(LONG);
    await client.expect(LONG);
    server.halfClose();
    await client.expectEnd();
  });

  it('delays each chunk of one direction, in order and without a limit of the rate', async (t) => {
    const { network, client, server } = await connected(t);
    Object.assign(network.toServer, { latencyMs: 100, jitterMs: 50 });
    const numbers = Array.from({ length: 20 }, (_, number) => `${number}\n`);
    const ms = await elapsedMs(async () => {
      for (const number of numbers) await client.sendOneByOne(number);
      await server.expect(numbers.join(''));
    });
    assert.ok(ms >= 100 && ms < 2000, `${ms} ms`);
    network.toServer.latencyMs = network.toServer.jitterMs = 0;
    await exchange(client, server);
    await exchange(server, client);
  });

  it('limits the rate of one direction', async (t) => {
    const { network, client, server } = await connected(t);
    network.toClient.bytesPerSecond = 1_000_000;
    const slowMs = await elapsedMs(() => {
      server.send(LONG);
      return client.expect(LONG);
    });
    assert.ok(slowMs >= 250, `${slowMs} ms`);
    client.send(LONG);
    await server.expect(LONG);
  });

  it('cuts one direction into slices, with a pause after each', async (t) => {
    const { network, client, server } = await connected(t);
    Object.assign(network.toServer, { sliceBytes: 1, slicePauseMs: 5 });
    const ms = await elapsedMs(() => exchange(client, server, 'in slices of one byte'));
    assert.ok(ms >= 20 * 5, `${ms} ms`);
  });

  it('resets both sides after exactly so many bytes', async (t) => {
    const { network, client, server } = await connected(t);
    network.toServer.resetAfterBytes = 3;
    client.send('abcdef');
    await assert.rejects(client.expectEnd(), /ECONNRESET/);
    // libuv takes a reset that arrives together with bytes for an end of stream.
    assert.equal((await server.read(3)).toString(), 'abc');
    await server.expectOver();
  });

  it('passes nothing while a direction is stalled, and then all of it', async (t) => {
    const { network, client, server } = await connected(t);
    network.toServer.isStalled = true;
    client.send('ping');
    client.halfClose();
    await exchange(server, client);
    await server.expectSilence();
    network.toServer.isStalled = false;
    await server.expect('ping');
    await server.expectEnd();
  });

  it('passes a reset on, and resets or closes both sides when told to', async (t) => {
    const passed = await connected(t);
    passed.client.reset();
    await assert.rejects(passed.server.expectEnd(), /ECONNRESET/);
    const reset = await connected(t);
    reset.network.reset();
    for (const side of [reset.server, reset.client])
      await assert.rejects(side.expectEnd(), /ECONNRESET/);
    const closed = await connected(t);
    closed.network.close();
    for (const side of [closed.server, closed.client]) await side.expectEnd();
  });
});
