/** A server's last message, while the client still sends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connectWire, type Wire } from '../../../src/clients/wire/wire.js';

describe('a connection of lines', { timeout: 20_000 }, () => {
  it('yields the last lines of a server that closes while the client sends', async (t) => {
    const { wire, socket } = await open(t);
    socket.end('one\nERR line too long\n');
    await once(socket, 'finish');
    socket.destroy();
    await once(socket, 'close');
    // The first line is answered by a reset, so that the others cannot be written.
    for (let line = 1; line <= 5; line++) {
      wire.send(`line ${line}`);
      await turn();
    }
    wire.end();
    const seen = await readAll(wire);
    assert.deepEqual(seen, ['one', 'ERR line too long']);
  });

  it('yields the lines before a reset, and then reports it', async (t) => {
    const { wire, socket } = await open(t);
    await new Promise((resolve) => socket.write('one\nERR line too long\n', resolve));
    // Bytes that arrive together with the reset end in order, says libuv.
    await turns();
    socket.resetAndDestroy();
    await once(socket, 'close');
    await turns();
    const seen: string[] = [];
    await assert.rejects(readAll(wire, seen), /the server reset the connection$/);
    assert.deepEqual(seen, ['one', 'ERR line too long']);
  });
});

/** Lets the client's socket read what has arrived. */
async function turns(): Promise<void> {
  for (let left = 5; left > 0; left--) await turn();
}

async function readAll(wire: Wire, seen: string[] = []): Promise<string[]> {
  for await (const lines of wire.messages()) seen.push(...lines);
  return seen;
}

/** A client's connection, and the server's end of it. */
async function open(t: TestContext): Promise<{ wire: Wire; socket: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const { port } = server.address() as AddressInfo;
  const wire = await connectWire({ host: '127.0.0.1', port }, 'line');
  t.after(() => wire.destroy());
  const [socket] = await accepted;
  return { wire, socket };
}
