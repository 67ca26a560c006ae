/** The pattern `web` against right and faulty web servers, made with node:http in this process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { PAGE_PATH, readPage } from '../../../../bench/lib/page.js';
import { noErrors } from '../../../../bench/generator/protocol/error-kinds.js';

const CLIENTS = 4;
const page = readPage();

async function serve(test: TestContext, answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Answers right ten times, then calls `misbehave`. */
function afterTen(misbehave: RequestListener): RequestListener {
  let left = 10;
  return (request, response) => {
    if (left-- === 0) misbehave(request, response);
    else response.writeHead(200, { 'Content-Length': page.length }).end(page);
  };
}

describe('web', { skip: process.platform !== 'linux' && 'epoll is Linux only' }, () => {
  let generator: Generator;
  before(async () => {
    generator = await startGenerator();
  });
  after(() => generator.stop());

  async function load(test: TestContext, answer: RequestListener) {
    const port = await serve(test, answer);
    return generator.run({ pattern: 'web', port, clients: CLIENTS, durationMs: 300 });
  }

  it('sends no request that repeats the last one if it is to vary them', async (test) => {
    const last = new Map<unknown, string>();
    let repeated = 0;
    const port = await serve(test, (request, response) => {
      const { cookie = '' } = request.headers;
      if (last.get(request.socket) === cookie) repeated++;
      last.set(request.socket, cookie);
      response.writeHead(200, { 'Content-Length': page.length }).end(page);
    });
    const job = { pattern: 'web-varied', port, clients: CLIENTS, durationMs: 300 } as const;
    const { requests, errors } = await generator.run(job);
    assert.ok(requests > 100, String(requests));
    assert.deepEqual([repeated, errors], [0, noErrors()]);
  });

  it('requests one page over persistent connections, in HTTP/1.1', async (test) => {
    const asked = new Set<string>();
    const sockets = new Set();
    const result = await load(test, (request, response) => {
      asked.add(
        `${request.method} ${request.url} ${request.httpVersion} ${request.headers.host !== undefined}`,
      );
      sockets.add(request.socket);
      response.writeHead(200, { 'Content-Length': page.length }).end(page);
    });
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsServed, CLIENTS);
    assert.deepEqual([...asked], [`GET ${PAGE_PATH} 1.1 true`]);
    // One more connection fetches the reference answer.
    assert.equal(sockets.size, CLIENTS + 1);
  });

  it('allows the date to change, and assembles answers that come in pieces', async (test) => {
    let second = 0;
    const result = await load(test, (_request, response) => {
      const date = new Date((second += 1) * 1000).toUTCString();
      response
        .writeHead(200, { Date: date, 'Content-Length': page.length })
        .write(page.subarray(0, 333));
      setImmediate(() => response.end(page.subarray(333)));
    });
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsServed, CLIENTS);
  });

  it('detects an answer whose head or body differs from the first', async (test) => {
    for (const [status, at] of [
      [206, undefined],
      [200, 0],
      [200, 1023],
    ] as const) {
      const wrong = Buffer.from(page);
      if (at !== undefined) wrong[at] = 0;
      const { errors } = await load(
        test,
        afterTen((_request, response) => {
          response.writeHead(status, { 'Content-Length': page.length }).end(wrong);
        }),
      );
      assert.deepEqual(errors, { ...noErrors(), wrongBytes: 1 });
    }
  });

  it('detects a connection that the server closes', async (test) => {
    const { errors } = await load(
      test,
      afterTen((request) => request.socket.destroy()),
    );
    assert.equal(errors.closedEarly + errors.reset, 1);
  });

  it('reports what is wrong with the first answer', async (test) => {
    await assert.rejects(
      load(test, (_request, response) => response.writeHead(404).end()),
      /is not the page: "HTTP\/1.1 404 Not Found/,
    );
    await assert.rejects(
      load(test, (_request, response) => response.end(page.toString().toUpperCase())),
      /the body .* is not the page/,
    );
    await assert.rejects(
      load(test, (_request, response) => {
        response.writeHead(200, { Connection: 'close', 'Content-Length': page.length }).end(page);
      }),
      /does not keep connections/,
    );
    await assert.rejects(
      load(test, (request) => request.socket.destroy()),
      /closed after 0 bytes|failed: reset/,
    );
  });
});
