import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { BacklogClients } from '../../../bench/scenarios/backlog-clients.js';

async function serverOf(
  t: TestContext,
  serve: (socket: Socket, count: number) => void,
): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    serve(socket, sockets.length);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

describe('BacklogClients', { timeout: 20_000 }, () => {
  it('connects all clients at once, and records when each was connected and answered', async (t) => {
    const sockets: Socket[] = [];
    // The server answers after all 20 have connected: clients in sequence would wait forever.
    const port = await serverOf(t, (socket, count) => {
      sockets.push(socket);
      if (count === 20) for (const one of sockets) one.pipe(one);
    });
    const clients = new BacklogClients(port, 20);
    await clients.done;
    assert.equal(clients.connected, 20);
    for (const { connectedAtMs = NaN, answeredAtMs = NaN, failed } of clients.attempts)
      assert.ok(failed === undefined && connectedAtMs <= answeredAtMs);
  });

  it('distinguishes a wrong answer and an early end from an answer', async (t) => {
    const wrong = await serverOf(t, (socket) => socket.end('this is another client\n'));
    const silent = await serverOf(t, (socket) => socket.resume().end());
    for (const [port, failed] of [
      [wrong, 'wrong bytes'],
      [silent, 'closed early'],
    ] as const) {
      const clients = new BacklogClients(port, 1);
      await clients.done;
      assert.equal(clients.attempts[0]?.failed, failed);
      assert.equal(clients.attempts[0].answeredAtMs, undefined);
    }
  });

  it('closes all connections on close, with or without an answer', async (t) => {
    const port = await serverOf(t, () => undefined);
    const clients = new BacklogClients(port, 3);
    clients.close();
    await clients.done;
    assert.ok(clients.attempts.every(({ answeredAtMs }) => answeredAtMs === undefined));
  });
});
