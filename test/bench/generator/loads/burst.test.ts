/** Bursts of connections against our own server in this process and against faulty servers. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { noErrors } from '../../../../bench/generator/protocol/error-kinds.js';
import { eventually } from '../../../support/eventually.js';
import { startRawServer, unusedPort } from '../../../support/raw-server.js';
import { startServer } from '../../../support/server.js';

const CLIENTS = 40;
/** Only a failing test takes that long. */
const LIMIT_MS = 8000;

describe('a burst', { skip: process.platform !== 'linux' && 'epoll is Linux only' }, () => {
  let generator: Generator;
  before(async () => {
    generator = await startGenerator();
  });
  after(() => generator.stop());

  it('gets one whole answer per client', async (test) => {
    const { port } = await startServer(test, { service: 'echo', model: 'event-loop' });
    const result = await generator.burst({
      port,
      clients: CLIENTS,
      limitMs: LIMIT_MS,
      serverPid: process.pid,
    });
    assert.equal(result.answered, CLIENTS);
    assert.equal(result.unanswered, 0);
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.firstByte.count, CLIENTS);
    assert.equal(result.answer.count, CLIENTS);
    assert.ok(result.startMs > 0 && result.startMs <= result.seconds * 1e3);
    assert.ok(result.answer.maxNs <= result.seconds * 1e9);
    assert.ok(result.retransmissions >= 0);
    assert.ok((result.server?.descriptors ?? 0) > 0);
  });

  it('closes each answered client, so that an iterative server serves all', async (test) => {
    const { port } = await startServer(test, { service: 'echo', model: 'iterative' });
    const { answered, errors } = await generator.burst({
      port,
      clients: CLIENTS,
      limitMs: LIMIT_MS,
    });
    assert.equal(answered, CLIENTS);
    assert.deepEqual(errors, noErrors());
  });

  it('records the first byte and the last byte of an answer apart', async (test) => {
    const waiting: { socket: Socket; rest: Buffer }[] = [];
    const port = await startRawServer(test, (socket) => {
      socket.on('end', () => socket.end());
      socket.once('data', (bytes) => {
        socket.write(bytes.subarray(0, 1));
        waiting.push({ socket, rest: bytes.subarray(1) });
        if (waiting.length < CLIENTS) return;
        // Long enough for the generator to see at least one first byte on a busy machine.
        setTimeout(() => waiting.forEach(({ socket: each, rest }) => each.write(rest)), 200);
      });
    });
    const { firstByte, answer } = await generator.burst({
      port,
      clients: CLIENTS,
      limitMs: LIMIT_MS,
    });
    assert.equal(answer.count, CLIENTS);
    assert.equal(firstByte.count, CLIENTS);
    assert.ok(firstByte.minNs < answer.minNs);
  });

  it('connects all clients without waiting, and counts those without an answer in time', async (test) => {
    const sockets: Socket[] = [];
    const port = await startRawServer(test, (socket) => {
      sockets.push(socket.resume());
    });
    const { answered, unanswered, errors, firstByte, seconds } = await generator.burst({
      port,
      clients: CLIENTS,
      limitMs: 100,
    });
    await eventually('all connections', () => sockets.length === CLIENTS || undefined);
    assert.equal(answered, 0);
    assert.equal(unanswered, CLIENTS);
    assert.equal(firstByte.count, 0);
    assert.deepEqual(errors, noErrors());
    assert.ok(seconds >= 0.1);
  });

  it('counts each failure by its kind, and ends when no client is left', async (test) => {
    let turn = 0;
    const port = await startRawServer(test, (socket) => {
      socket.on('end', () => socket.end());
      socket.once('data', (bytes) => {
        switch (turn++ % 4) {
          case 0:
            socket.write(bytes);
            break;
          case 1:
            socket.write(bytes.fill(0));
            break;
          case 2:
            socket.end();
            break;
          case 3:
            socket.resetAndDestroy();
        }
      });
    });
    const each = CLIENTS / 4;
    const { answered, unanswered, errors, seconds } = await generator.burst({
      port,
      clients: CLIENTS,
      limitMs: LIMIT_MS,
    });
    assert.deepEqual([answered, unanswered], [each, 0]);
    assert.deepEqual(errors, { ...noErrors(), wrongBytes: each, closedEarly: each, reset: each });
    assert.ok(seconds < LIMIT_MS / 1e3);
  });

  it('counts refusals on a port without a listener', async () => {
    const { errors, answered } = await generator.burst({
      port: await unusedPort(),
      clients: CLIENTS,
      limitMs: LIMIT_MS,
    });
    assert.equal(answered, 0);
    assert.deepEqual(errors, { ...noErrors(), refused: CLIENTS });
  });
});
