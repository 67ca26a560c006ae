/** What a page saves of long logs: clients do not wait for it, and a failure says why. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { draw, EXPORTS, type DrawingName, type Export } from '../../src/lab/http/exports.js';
import { sendExport } from '../../src/lab/http/send-export.js';

const CONNECTIONS = 6000;

/** A log of one server, with its start and the lines of short connections. */
function longLog(): string[] {
  const line = (ms: number, msg: string, fields: object) =>
    JSON.stringify({ level: 30, time: 1.8e12 + ms, pid: 1, ...fields, msg });
  const lines = [line(0, 'listening', { service: 'work', model: 'event-loop', port: 1 })];
  for (let connection = 1; connection <= CONNECTIONS; connection++) {
    const peer = `127.0.0.1:${20_000 + connection}`;
    const fields = { connection, peer, backlogMs: 0.1 };
    lines.push(line(connection * 10, 'accepted', fields));
    const times = { waitedMs: 0.2, queuedMs: 0.1, servedMs: 4, computedMs: 1, loopWaitMs: 0 };
    const counts = { reason: 'end', thread: 0, bytesIn: 7, bytesOut: 7 };
    lines.push(line(connection * 10 + 5, 'closed', { ...fields, ...counts, ...times }));
  }
  return lines;
}

const logs = [longLog()];
const { signal } = new AbortController();

describe('an export of the lab', { timeout: 120_000 }, () => {
  for (const name of ['picture', 'trace']) {
    it(`that is a ${name} of a long log does not hold clients up`, async (t) => {
      const answered = await countAnswers(t);
      const before = answered();
      const pieces = await EXPORTS[name]?.make(logs, signal);
      const meanwhile = answered() - before;
      assert.ok(meanwhile > 20, `${meanwhile} answers meanwhile`);
      assert.ok(pieces && (await textOf(pieces)).length > 100_000);
    });
  }

  it('that is the log itself lets the loop turn between its pieces', async (t) => {
    const answered = await countAnswers(t);
    const before = answered();
    const pieces = await EXPORTS['log']?.make(logs, signal);
    assert.ok(pieces);
    assert.equal(await textOf(pieces), logs.flat().join('\n') + '\n');
    assert.ok(answered() > before);
  });

  it('is nothing before the first client', async () => {
    const nothing = await EXPORTS['trace']?.make([logs[0]?.slice(0, 1) ?? []], signal);
    assert.equal(nothing, undefined);
  });

  it('says why it fails', async (t) => {
    await assert.rejects(draw('nothing' as DrawingName, logs, signal), /not a function/);
    const make = () => Promise.reject(new Error('no more memory'));
    const { status, text } = await sendOver(t, { type: 'text/plain', name: 'none', make });
    assert.deepEqual([status, text], [500, 'It could not be made: no more memory\n']);
  });

  it('ends when the page does not want it any more', async () => {
    const gone = new AbortController();
    const drawn = draw('picture', logs, gone.signal);
    gone.abort();
    await assert.rejects(drawn, /not wanted/);
  });
});

/** An echo client that always waits for an answer. @returns how many it has had so far */
async function countAnswers(t: TestContext): Promise<() => number> {
  let answers = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0);
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port });
  t.after(() => {
    client.destroy();
    server.close();
  });
  client.on('data', () => {
    answers++;
    client.write('.');
  });
  client.write('.');
  await once(client, 'data');
  return () => answers;
}

async function textOf(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += Buffer.from(piece).toString();
  return text;
}

/** What a page gets. */
async function sendOver(t: TestContext, one: Export) {
  const server = createHttpServer((_request, response) => void sendExport(one, [], response));
  server.listen(0);
  await once(server, 'listening');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const response = await new Promise<IncomingMessage>((resolve) => get(url, resolve));
  const text = await textOf(response as AsyncIterable<Buffer>);
  return { status: response.statusCode, text };
}
