import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectionLost, RECV_BYTES } from '../../src/connection/connection.js';
import { StreamConnection } from '../../src/connection/stream.js';
import { connectClient } from '../support/client.js';
import type { ConnectionHandle } from '../../src/server/accepted-socket.js';
import type { Cleanup } from '../support/server.js';

const MORE_THAN_BUFFERS = 12_000_000;
/**
 * The bytes that may wait for the handler, the chunk beyond them, and one that the socket has read
 * ahead.
 */
const MOST_BUFFERED = 6 * RECV_BYTES;

/** @param byDescriptor whether the connection also gets the descriptor, to deliver by it */
async function pair(t: Cleanup, idleMs = 0, byDescriptor = false) {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = await connectClient(t, (server.address() as AddressInfo).port);
  const [socket] = await accepted;
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const { _handle } = socket as Socket & { readonly _handle: ConnectionHandle };
  const fd = byDescriptor ? _handle.fd : undefined;
  return { client, socket, connection: new StreamConnection(1, socket, idleMs, { fd }) };
}

const lost = (reason: string) => (error: unknown) =>
  error instanceof ConnectionLost && error.reason === reason;

describe('a stream connection', { timeout: 60_000 }, () => {
  it('stops reading from a client while its handler takes nothing', async (t) => {
    const { client, socket, connection } = await pair(t);
    const bytes = randomBytes(MORE_THAN_BUFFERS);
    client.send(bytes);
    client.halfClose();
    await once(socket, 'pause');
    await client.stalled();
    assert.ok(connection.bytesIn <= MOST_BUFFERED, `${connection.bytesIn} bytes`);
    assert.ok(socket.isPaused());
    assert.ok(bytes.equals(await readAll(connection)));
  });

  it('stops reading from a client while its handler uses the last chunk', async (t) => {
    const { client, socket, connection } = await pair(t);
    const bytes = randomBytes(MORE_THAN_BUFFERS);
    client.send(bytes);
    client.halfClose();
    const chunks: Buffer[] = [];
    await connection.forEachChunk((chunk) => {
      chunks.push(Buffer.from(chunk));
      if (chunks.length > 1) return undefined;
      return once(socket, 'pause').then(() => {
        assert.ok(connection.bytesIn <= MOST_BUFFERED, `${connection.bytesIn} bytes`);
        return undefined;
      });
    });
    assert.ok(bytes.equals(Buffer.concat(chunks)));
  });

  for (const byDescriptor of process.platform === 'linux' ? [false, true] : [false]) {
    const how = byDescriptor ? 'by its descriptor' : 'by its socket';

    it(`reports a client as slow that leaves too much unread of what is delivered ${how}, and counts the bytes that still reach it`, async (t) => {
      const { client, connection } = await pair(t, 0, byDescriptor);
      const delivery = Buffer.alloc(100_000);
      client.pause();
      const outcome = { over: false };
      const reading = assert.rejects(Promise.resolve(connection.recv()), lost('slow')).then(() => {
        outcome.over = true;
      });
      while (!outcome.over) {
        if (connection.deliver(delivery) === 'slow') connection.abort('slow');
        await turn();
      }
      assert.equal(connection.deliver(delivery), 'gone');
      await reading;
      const { bytesOut } = connection;
      client.resume();
      const received = (await client.readToEnd()).length;
      // The kernel may have taken a part of the first delivery that is not counted.
      assert.ok(
        bytesOut <= received && received < bytesOut + delivery.length,
        `${bytesOut} of ${received}`,
      );
    });

    it(`delivers ${how} behind what the client has not read yet`, async (t) => {
      const { client, socket, connection } = await pair(t, 0, byDescriptor);
      client.pause();
      connection.deliver(Buffer.from('first'));
      let queued = 'first';
      for (const text = 'x'.repeat(100_000); socket.writableLength === 0; queued += text)
        connection.deliver(Buffer.from(text));
      connection.deliver(Buffer.from('last'));
      client.resume();
      const expected = `${queued}last`;
      assert.ok((await client.read(expected.length)).equals(Buffer.from(expected)));
    });

    it(`reports a client as gone that has closed, when a delivery ${how} fails`, async (t) => {
      const { client, socket, connection } = await pair(t, 0, byDescriptor);
      client.reset();
      // Stops reading, so that only a delivery can notice.
      socket.pause();
      while (connection.deliver(Buffer.from('hello')) !== 'gone') await turn();
      assert.equal(connection.lossReason, 'reset');
    });
  }

  it('returns no more bytes than were asked for', async (t) => {
    const { client, connection } = await pair(t);
    client.send('abcdef');
    assert.equal(await text(connection.recv(2)), 'ab');
    assert.equal(await text(connection.recv(1)), 'c');
    assert.equal(await text(connection.recv()), 'def');
    client.halfClose();
    assert.equal(await text(connection.recv()), '');
    assert.equal(await text(connection.recv()), '');
    assert.ok(connection.ended);
  });

  it('blocks a send while the client does not read', async (t) => {
    const { client, socket, connection } = await pair(t);
    client.pause();
    const bytes = randomBytes(MORE_THAN_BUFFERS);
    const progress = { through: false };
    const sending = Promise.resolve(connection.sendAll(bytes)).then(() => {
      progress.through = true;
    });
    await client.stalled();
    assert.ok(!progress.through && socket.writableLength > 0);
    client.resume();
    await client.expect(bytes);
    await sending;
    assert.equal(socket.writableLength, 0);
  });

  it('allows the reuse of bytes as soon as they are sent, also while the client does not read', async (t) => {
    const { client, socket, connection } = await pair(t);
    client.pause();
    // Messages below the stream's own high-water mark, for which it would report no full buffer.
    const message = Buffer.alloc(4000);
    const count = MORE_THAN_BUFFERS / message.length;
    let sent = 0;
    const sending = (async () => {
      for (; sent < count; sent++) {
        message.fill(sent % 251);
        await connection.sendAll(message);
      }
      message.fill(0xff);
    })();
    await client.stalled();
    assert.ok(sent < count && socket.writableLength > 0);
    client.resume();
    const expected = Array.from({ length: count }, (_, index) =>
      Buffer.alloc(message.length, index % 251),
    );
    await client.expect(Buffer.concat(expected));
    await sending;
  });

  it('reports a reset as the loss of the client, to pending and to later calls', async (t) => {
    const { client, connection } = await pair(t);
    const waiting = assert.rejects(Promise.resolve(connection.recv()), lost('reset'));
    client.reset();
    await waiting;
    assert.throws(() => connection.recv(), lost('reset'));
    assert.throws(() => connection.sendAll(Buffer.from('late')), lost('reset'));
    await assert.rejects(
      connection.forEachChunk(() => undefined),
      lost('reset'),
    );
  });

  it('wakes a pending send when the client is lost', async (t) => {
    const { client, connection } = await pair(t);
    client.pause();
    const sending = assert.rejects(
      Promise.resolve(connection.sendAll(Buffer.alloc(MORE_THAN_BUFFERS))),
      lost('reset'),
    );
    await client.stalled();
    client.reset();
    await sending;
  });

  it('still returns what has arrived when its input is ended, and then the end of the stream', async (t) => {
    const { client, connection } = await pair(t);
    client.send('abc');
    assert.equal(await text(connection.recv(1)), 'a');
    connection.shutdownRead();
    assert.equal(await text(connection.recv()), 'bc');
    assert.equal(await text(connection.recv()), '');
    await connection.sendAll(Buffer.from('answer'));
    await client.expect('answer');
  });

  it('ends a loop over chunks when its input is ended', async (t) => {
    const { client, connection } = await pair(t);
    const loop = connection.forEachChunk((chunk) => connection.sendAll(chunk));
    await client.exchange('abc', 'abc');
    connection.shutdownRead();
    await loop;
  });

  it('reports the first reason for its loss, however often it is aborted', async (t) => {
    const { connection } = await pair(t);
    connection.abort('stopped');
    connection.abort('idle');
    assert.throws(() => connection.recv(), lost('stopped'));
  });

  it('stops its loop where the callback says so and keeps the rest', async (t) => {
    for (const answer of ['stop', Promise.resolve('stop' as const)] as const) {
      const { client, connection } = await pair(t);
      const loop = connection.forEachChunk((chunk) => {
        assert.equal(Buffer.from(chunk).toString(), 'first');
        return answer;
      });
      client.send('first');
      await loop;
      client.send('second');
      assert.equal(await text(connection.recv()), 'second');
    }
  });

  it('passes on what the callback throws, synchronously or later', async (t) => {
    const failure = new Error('no');
    for (const fail of [
      () => {
        throw failure;
      },
      () => Promise.reject(failure),
    ]) {
      const { client, connection } = await pair(t);
      const loop = assert.rejects(connection.forEachChunk(fail), failure);
      client.send('x');
      await loop;
    }
  });

  it('times out while it waits to read, and while it waits to write', async (t) => {
    const reading = await pair(t, 30);
    await assert.rejects(Promise.resolve(reading.connection.recv()), lost('idle'));
    const looping = await pair(t, 30);
    await assert.rejects(
      looping.connection.forEachChunk(() => undefined),
      lost('idle'),
    );
    const writing = await pair(t, 30);
    writing.client.pause();
    await assert.rejects(
      Promise.resolve(writing.connection.sendAll(Buffer.alloc(MORE_THAN_BUFFERS))),
      lost('idle'),
    );
  });

  it('does not time out while its handler is busy; the idle time continues afterwards', async (t) => {
    const { socket, connection } = await pair(t, 30);
    // The handler does not wait for the client: it does something else.
    for (let ticks = 0; ticks < 2; ticks++) await once(socket, 'timeout');
    for (let turns = 0; turns < 2; turns++) await turn();
    // After the loss, the call would throw.
    const reading = connection.recv();
    await assert.rejects(Promise.resolve(reading), lost('idle'));
  });

  it('finishes at once with a client that has sent nothing more', async (t) => {
    const { client, connection } = await pair(t);
    await connection.sendAll(Buffer.from('bye'));
    await connection.finish(60_000);
    await client.expect('bye');
    await client.expectEnd();
  });

  it('reads on while it finishes, until a client that keeps sending has closed', async (t) => {
    const { client, connection } = await pair(t);
    client.send('first');
    await connection.recv(1);
    await connection.sendAll(Buffer.from('bye'));
    const finished = connection.finish(60_000);
    client.send('more');
    await client.expect('bye');
    await client.expectCleanClose();
    await finished;
  });

  it('closes on a client that never closes, after a while', async (t) => {
    const { client, connection } = await pair(t);
    client.send('first');
    await connection.recv(1);
    await connection.finish(10);
    await client.expectOver();
  });

  it('finishes at once with a client that has gone', async (t) => {
    const { connection } = await pair(t);
    connection.abort('reset');
    await connection.finish(60_000);
  });
});

async function readAll(connection: StreamConnection): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = await connection.recv();
    if (chunk.length === 0) return Buffer.concat(chunks);
    chunks.push(Buffer.from(chunk));
  }
}

async function text(bytes: Uint8Array | Promise<Uint8Array>): Promise<string> {
  return Buffer.from(await bytes).toString();
}
