/** Client threads that die, fail or stop while their clients share state leave nothing behind. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { fixture, startHandoff, type ServerProcess } from '../support/handoff.js';

async function enter(t: TestContext, server: ServerProcess, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  for (let index = 0; index < count; index++) {
    const client = await connectClient(t, server);
    await client.expect('in\n');
    clients.push(client);
  }
  return clients;
}

describe('what client threads share', { timeout: 120_000 }, () => {
  it('loses a client whose thread dies, and admits its successor', async (t) => {
    const server = await startHandoff(t, [fixture('club'), '--threads', '2']);
    const [neighbour, doomed] = await enter(t, server, 2);
    assert.ok(neighbour && doomed);
    doomed.send('hello\n');
    await neighbour.expect('hello\n');
    doomed.send('exit\n');
    await neighbour.expect('1 left\n');
    const [successor] = await enter(t, server, 1);
    successor?.send('me again\n');
    await neighbour.expect('me again\n');
  });

  it('loses a client whose call fails, and the log has both stacks', async (t) => {
    const server = await startHandoff(t, [fixture('club'), '--threads', '2']);
    const [neighbour, failing] = await enter(t, server, 2);
    assert.ok(neighbour && failing);
    failing.send('fail\n');
    await failing.expectEnd();
    await neighbour.expect('1 left\n');
    const { err } = (await server.log.next('service failed', { connection: 2 })) as unknown as {
      err: { message: string; stack: string };
    };
    assert.match(err.message, /the call of say failed: failed on request/);
    assert.match(err.stack, /BlockingConnection/);
    assert.match(err.stack, /performCall/);
  });

  it('does not keep a server from stopping when a call is never answered', async (t) => {
    const server = await startHandoff(t, [fixture('club'), '--threads', '2', '--grace', '50']);
    const [neighbour, stuck] = await enter(t, server, 2);
    assert.ok(neighbour && stuck);
    stuck.send('stuck\n');
    neighbour.send('still here\n');
    await stuck.expect('still here\n');
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
    assert.equal((await server.log.next('closed', { connection: 2 })).reason, 'stopped');
  });

  it('counts what main delivers among the bytes of a connection', async (t) => {
    const server = await startHandoff(t, [fixture('club'), '--threads', '2']);
    const [one, other] = await enter(t, server, 2);
    assert.ok(one && other);
    one.send('12345\n');
    await other.expect('12345\n');
    other.halfClose();
    await other.expectEnd();
    assert.equal(
      (await server.log.next('closed', { connection: 2 })).bytesOut,
      'in\n12345\n'.length,
    );
  });
});
