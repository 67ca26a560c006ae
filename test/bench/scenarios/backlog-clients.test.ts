import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { BacklogClients } from '../../../bench/scenarios/backlog-clients.js';

async function serverOf(t: TestContext, serve: (socket: Socket, count: number) => void): Promise<number> {
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

describe('a crowd', { timeout: 20_000 }, () => {
  it('is there at once, and knows when each was connected and answered', async (t) => {
    const sockets: Socket[] = [];
    // Nobody is answered before all are there: clients that came one after the other would wait for ever.
    const port = await serverOf(t, (socket, count) => {
      sockets.push(socket);
      if (count === 20) for (const one of sockets) one.pipe(one);
    });
    const crowd = new BacklogClients(port, 20);
    await crowd.done;
    assert.equal(crowd.connected, 20);
    for (const { connectedAtMs = NaN, answeredAtMs = NaN, failed } of crowd.visits)
      assert.ok(failed === undefined && connectedAtMs <= answeredAtMs);
  });

  it('tells a wrong answer and an early end from an answer', async (t) => {
    const wrong = await serverOf(t, (socket) => socket.end('this is nobody you know\n'));
    const silent = await serverOf(t, (socket) => socket.resume().end());
    for (const [port, failed] of [
      [wrong, 'wrong bytes'],
      [silent, 'closed early'],
    ] as const) {
      const crowd = new BacklogClients(port, 1);
      await crowd.done;
      assert.equal(crowd.visits[0]?.failed, failed);
      assert.equal(crowd.visits[0].answeredAtMs, undefined);
    }
  });

  it('leaves when it is told to, answered or not', async (t) => {
    const port = await serverOf(t, () => undefined);
    const crowd = new BacklogClients(port, 3);
    crowd.leave();
    await crowd.done;
    assert.ok(crowd.visits.every(({ answeredAtMs }) => answeredAtMs === undefined));
  });
});
