/**
 * Shared objects that throw: each client leaves once, is closed once and has its closed line; the
 * server goes on.
 */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import type { HandOffWay, ModelName } from '../../src/serving/host.js';
import { connectClient, type Client } from '../support/client.js';
import { fixture, startHandoff, type ServerProcess } from '../support/handoff.js';
import { isConcurrent, modelOptions, underEveryWay } from '../support/models.js';

async function start(
  t: TestContext,
  model: ModelName,
  handOff: HandOffWay | undefined,
): Promise<ServerProcess> {
  return startHandoff(t, [
    fixture('quarrel'),
    ...modelOptions(model, 3, handOff),
    '--grace',
    '300',
  ]);
}

async function enter(t: TestContext, server: ServerProcess): Promise<Client> {
  const client = await connectClient(t, server);
  await client.expect('in\n');
  return client;
}

underEveryWay('a shared object that throws', (model, handOff) => {
  it('ends the connection of a client whose enter() fails, and no other', async (t) => {
    const server = await start(t, model, handOff);
    if (!isConcurrent(model, handOff)) {
      for (const connection of [1, 2]) {
        const client = await enter(t, server);
        client.halfClose();
        await client.expectEnd();
        // Until then, it has not left, and the next client may have another thread.
        await server.log.next('closed', { connection });
      }
      await (await connectClient(t, server)).expectEnd();
      await enter(t, server);
    } else {
      const [first, second] = [await enter(t, server), await enter(t, server)];
      await (await connectClient(t, server)).expectEnd();
      first.send('hello\n');
      await second.expect('hello\n');
      await enter(t, server);
    }
    const closed = await server.log.next('closed', { connection: 3 });
    assert.equal(closed.reason, 'error');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.deepEqual(
      server.log.of('service failed').map((line) => line.connection),
      [3],
    );
    assert.deepEqual(
      server.log
        .of('closed')
        .map((line) => line.connection)
        .sort(),
      [1, 2, 3, 4],
    );
    assert.equal(server.log.of('thread lost').length, 0);
    assert.equal(server.log.of('stopped').length, 1);
  });

  it('leaves and closes a client whose leave() fails once, and still stops in order', async (t) => {
    const server = await start(t, model, handOff);
    const client = await enter(t, server);
    client.send('quarrel\n');
    client.halfClose();
    await client.expectEnd();
    const closed = await server.log.next('closed', { connection: 1 });
    assert.equal(closed.reason, 'error');
    await enter(t, server);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal(server.log.of('service failed').length, 1);
    assert.deepEqual(
      server.log.of('closed').map((line) => line.connection),
      [1, 2],
    );
    assert.equal(server.log.of('thread lost').length, 0);
    assert.equal(server.log.of('stopped').length, 1);
  });

  it('fails a stop with status 1 and the error when close() fails', async (t) => {
    const server = await start(t, model, handOff);
    const client = await enter(t, server);
    client.send('lock up\n');
    client.halfClose();
    await client.expectEnd();
    assert.deepEqual(await server.stop(), { status: 1, signal: null });
    assert.equal(server.log.of('stopped').length, 0);
    assert.match(JSON.stringify(server.log.of('uncaught error')), /closing failed on request/);
  });
});
