/** The generator against right and faulty servers, made with node:net in this process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { LoadJob } from '../../../bench/generator/protocol/jobs.js';
import { startGenerator, type Generator } from '../../../bench/generator/handle.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { serve } from '../../support/bench/raw-echo.js';

const CLIENTS = 4;

describe(
  'the load generator',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    function load(port: number, options: Partial<LoadJob> = {}) {
      return generator.run({ port, clients: CLIENTS, durationMs: 100, ...options });
    }

    it('counts every client of a correct server as served, without errors', async (test) => {
      const port = await serve(test, (socket) => socket.pipe(socket));
      const result = await load(port, { serverPid: process.pid });
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsServed, CLIENTS);
      assert.equal(result.clientsUnanswered, 0);
      assert.ok(result.requests > 0);
      assert.equal(result.latency.count, result.requests);
      assert.ok(result.jain > 1 / CLIENTS && result.jain <= 1);
      assert.ok((result.server?.threads ?? 0) > 1);
    });

    it('sends a unique payload for every client and request', async (test) => {
      const seen = new Set<string>();
      let received = 0;
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => {
          received += 1;
          seen.add(bytes.toString('latin1'));
          socket.write(bytes);
        }),
      );
      await load(port);
      assert.equal(seen.size, received);
      for (const payload of seen) assert.match(payload, /^[0-o]{63}\n$/);
    });

    it('counts a changed byte as wrong at any position, and stops using that connection', async (test) => {
      for (const position of [0, 31, 63]) {
        const port = await serve(test, (socket) =>
          socket.on('data', (bytes) => {
            bytes[position] = (bytes[position] ?? 0) ^ 1;
            socket.write(bytes);
          }),
        );
        const result = await load(port);
        assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: CLIENTS });
        assert.equal(result.requests, 0);
      }
    });

    it('detects one wrong answer among many right ones', async (test) => {
      let answers = 0;
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => {
          answers += 1;
          if (answers === 100) bytes[17] = 0;
          socket.write(bytes);
        }),
      );
      const result = await load(port, { durationMs: 300 });
      assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: 1 });
      assert.ok(result.requests > 0);
    });

    it('counts an answer to the previous request as wrong', async (test) => {
      const port = await serve(test, (socket) => {
        let previous: Buffer | undefined;
        socket.on('data', (bytes) => {
          socket.write(previous ?? bytes);
          previous ??= Buffer.from(bytes);
        });
      });
      const result = await load(port);
      assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: CLIENTS });
    });

    it("counts another client's answer as wrong", async (test) => {
      const waiting: { socket: Socket; bytes: Buffer }[] = [];
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => {
          waiting.push({ socket, bytes });
          if (waiting.length < 2) return;
          const [first, second] = waiting.splice(0);
          first?.socket.write(second?.bytes ?? '');
          second?.socket.write(first?.bytes ?? '');
        }),
      );
      const result = await load(port, { clients: 2 });
      assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: 2 });
    });

    it('counts a surplus byte after a right answer as wrong', async (test) => {
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => socket.write(Buffer.concat([bytes, Buffer.from('x')]))),
      );
      const result = await load(port);
      assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: CLIENTS });
    });

    it('counts the end of the stream before the end of the answer as closed early', async (test) => {
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => socket.end(bytes.subarray(0, -1))),
      );
      assert.deepEqual((await load(port)).errors, { ...noErrors(), closedEarly: CLIENTS });
      const silentPort = await serve(test, (socket) => socket.on('data', () => socket.end()));
      assert.deepEqual((await load(silentPort)).errors, { ...noErrors(), closedEarly: CLIENTS });
    });

    it('detects that the server closes after a right answer', async (test) => {
      const port = await serve(test, (socket) => socket.on('data', (bytes) => socket.end(bytes)));
      const { errors } = await load(port);
      assert.equal(errors.closedEarly + errors.reset, CLIENTS);
    });

    it('counts resets', async (test) => {
      const port = await serve(test, (socket) => socket.on('data', () => socket.resetAndDestroy()));
      assert.deepEqual((await load(port)).errors, { ...noErrors(), reset: CLIENTS });
    });

    it('counts refusals on a port without a listener', async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      server.close();
      await once(server, 'close');
      assert.deepEqual((await load(port)).errors, { ...noErrors(), refused: CLIENTS });
    });

    it('counts clients without any answer as unanswered, not as errors', async (test) => {
      const port = await serve(test, (socket) => socket.resume());
      const result = await load(port);
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsUnanswered, CLIENTS);
      assert.equal(result.clientsServed, 0);
    });

    it('counts silence after an answer as a timeout', async (test) => {
      const port = await serve(test, (socket) =>
        socket.once('data', (bytes) => socket.write(bytes)),
      );
      const result = await load(port);
      assert.deepEqual(result.errors, { ...noErrors(), timeout: CLIENTS });
    });

    it('assembles answers that come byte by byte', async (test) => {
      const port = await serve(test, (socket) =>
        socket.on('data', (bytes) => {
          for (const byte of bytes) socket.write(Buffer.of(byte));
        }),
      );
      const result = await load(port);
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsServed, CLIENTS);
    });

    it('sends and checks messages larger than all socket buffers', async (test) => {
      const port = await serve(test, (socket) => socket.pipe(socket));
      const result = await load(port, { messageBytes: 8_000_003, durationMs: 1000, clients: 2 });
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsUnanswered, 0);
    });

    it('sends a different byte each time if a message has one byte', async (test) => {
      const seen: number[][] = [];
      const port = await serve(test, (socket, connection) =>
        socket.on('data', (bytes) => {
          assert.equal(bytes.length, 1);
          (seen[connection] ??= []).push(bytes[0] ?? 0);
          socket.write(bytes);
        }),
      );
      const result = await load(port, { messageBytes: 1 });
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsServed, CLIENTS);
      for (const bytes of seen)
        bytes.forEach((byte, index) => assert.notEqual(byte, bytes[index - 1]));
    });

    it('reports how evenly the clients were served', async (test) => {
      const port = await serve(test, (socket, connection) => {
        if (connection === 2) socket.pipe(socket);
      });
      assert.equal((await load(port, { durationMs: 300 })).jain, 1 / CLIENTS);
      const silentPort = await serve(test, (socket) => socket.resume());
      assert.equal((await load(silentPort)).jain, 0);
    });

    it('sends one request per connection in churn, each client from an address of its own', async (test) => {
      const addresses = new Set<string | undefined>();
      let connections = 0;
      let requests = 0;
      const port = await serve(test, (socket) => {
        connections += 1;
        addresses.add(socket.remoteAddress);
        socket.on('data', (bytes) => {
          requests += 1;
          socket.write(bytes);
        });
      });
      const result = await load(port, { pattern: 'churn' });
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsServed, CLIENTS);
      assert.equal(addresses.size, CLIENTS);
      assert.ok(connections >= result.requests);
      assert.ok(requests <= connections);
    });

    it('retries after each reset in churn, and counts each', async (test) => {
      const port = await serve(test, (socket) => socket.on('data', () => socket.resetAndDestroy()));
      const { errors } = await load(port, { pattern: 'churn' });
      assert.ok(errors.reset > CLIENTS);
    });

    it('connects the silent clients before all others', async (test) => {
      const spoke: boolean[] = [];
      const port = await serve(test, (socket) => {
        const order = spoke.push(false) - 1;
        socket.on('data', (bytes) => {
          spoke[order] = true;
          socket.write(bytes);
        });
      });
      await load(port, { silentClients: 3 });
      assert.deepEqual(spoke, [false, false, false, true, true, true, true]);
    });

    it('holds connections, sends a request on each, and releases them', async (test) => {
      let open = 0;
      const port = await serve(test, (socket) => {
        open += 1;
        socket.on('close', () => (open -= 1)).pipe(socket);
      });
      const held = await generator.hold({ port, clients: 100, withRequest: false, limitMs: 5000 });
      assert.equal(held.connected, 100);
      assert.equal(held.answered, 0);
      const spoken = await generator.requestOnHeld(5000);
      assert.equal(spoken.answered, 100);
      assert.deepEqual(spoken.errors, noErrors());
      assert.equal(open, 100);
      await generator.release();
    });

    it('waits for each held client, although another one fails after its answer', async (test) => {
      const sockets: Socket[] = [];
      const port = await serve(test, (socket) => {
        sockets.push(socket);
        if (sockets.length < 2) return;
        const [first, second] = sockets;
        first?.once('data', (bytes) => first.end(bytes));
        first?.once('close', () => second?.pipe(second));
      });
      const limit = { withRequest: true, limitMs: 5000 };
      const held = await generator.hold({ port, clients: 2, ...limit });
      assert.equal(held.answered, 2);
      assert.deepEqual(held.errors, { ...noErrors(), closedEarly: 1 });
      await generator.release();
    });

    it('reports what is wrong with a job, and takes the next one', async (test) => {
      await assert.rejects(load(1, { messageBytes: 0 }), /1 to \d+ bytes, not 0/);
      const port = await serve(test, (socket) => socket.pipe(socket));
      assert.equal((await load(port)).clientsServed, CLIENTS);
    });

    it('stops once when stopped twice, and rejects later jobs', async () => {
      const other = await startGenerator();
      await Promise.all([other.stop(), other.stop()]);
      await assert.rejects(other.release(), /has stopped/);
    });
  },
);
