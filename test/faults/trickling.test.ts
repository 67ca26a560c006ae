/**
 * What slowhttptest does: 300 connections that send their head (-H) or their body (-B) a byte at a
 * time, or read their answer so (-X). A good client is answered meanwhile on the event loop, and
 * client threads are free after the deadline. Chat clients that never end their name do the same.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connectClient } from '../support/client.js';
import { startHandoff, temporaryDirectory, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import { ask } from '../support/http.js';

const CONNECTIONS = 300;
const TRICKLE_MS = 100;
const DEADLINE_MS = { 'event-loop': 1500, 'thread-per-client': 500 };
const GET_SMALL = 'GET /small.txt HTTP/1.1\r\nHost: here\r\n\r\n';
/** More than the kernel's buffers hold. */
const LARGE_BYTES = 16 * 1024 * 1024;
/** A loaded machine may lend the server no core for a while, but not mostly. */
const MOST_MEDIAN_MS = 50;

interface Attack {
  readonly option: string;
  readonly service: 'web' | 'chat';
  /** Taken in turn. */
  readonly begin: readonly string[];
  readonly reads: boolean;
  readonly reason: string;
}

const ATTACKS: readonly Attack[] = [
  {
    option: '-H and -B',
    service: 'web',
    begin: [
      'GET / HTTP/1.1\r\nHost: here\r\nX-',
      'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4096\r\n\r\n',
    ],
    reads: true,
    reason: 'request deadline',
  },
  {
    option: '-X',
    service: 'web',
    begin: ['GET /large.bin HTTP/1.1\r\nHost: here\r\n\r\n'],
    reads: false,
    reason: 'send deadline',
  },
  { option: 'a name', service: 'chat', begin: ['o'], reads: true, reason: 'line deadline' },
];

async function start(
  t: TestContext,
  attack: Attack,
  model: keyof typeof DEADLINE_MS,
): Promise<ServerProcess> {
  const root = temporaryDirectory(t);
  writeFileSync(join(root, 'small.txt'), 'small');
  writeFileSync(join(root, 'large.bin'), Buffer.alloc(LARGE_BYTES));
  const limits = ['LINE', 'REQUEST', 'SEND'].map((name): [string, string] => [
    `HANDOFF_${name}_DEADLINE`,
    `${DEADLINE_MS[model]}`,
  ]);
  const env = { HANDOFF_ROOT: root, ...Object.fromEntries(limits) };
  return startHandoff(t, [attack.service, ...modelOptions(model, 32)], { env });
}

/** Opens all connections, and lets each send or read a byte now and then until the server ends it. */
function trickle(t: TestContext, server: ServerProcess, { begin, reads }: Attack): Socket[] {
  const sockets = Array.from({ length: CONNECTIONS }, (_, index) => {
    const socket = connect(server.address as { host: string; port: number });
    socket.on('error', () => undefined);
    if (reads) socket.resume();
    else socket.pause();
    socket.write(begin[index % begin.length] ?? '');
    return socket;
  });
  const pulse = setInterval(() => {
    for (const socket of sockets) {
      if (reads && socket.writable) socket.write('x');
      else if (!reads) socket.read(1);
    }
  }, TRICKLE_MS);
  t.after(() => {
    clearInterval(pulse);
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
}

/** How long a good client's requests took, in ms, in ascending order. */
async function latencies(t: TestContext, server: ServerProcess, { service }: Attack) {
  const times: number[] = [];
  const client = await connectClient(t, server);
  if (service === 'chat') {
    await client.expect('Hello, this is the chat.\nWho are you?\n');
    await client.exchange('good\n', 'Welcome good, type /help for help\n');
  }
  for (let count = 0; count < 20; count++) {
    const startMs = performance.now();
    if (service === 'web') assert.equal((await ask(client, GET_SMALL)).status, 200);
    else {
      client.send('/who\n');
      await client.readLine();
    }
    times.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  client.close();
  return times.sort((a, b) => a - b);
}

describe('300 clients that trickle', { timeout: 120_000 }, () => {
  for (const attack of ATTACKS) {
    it(`leave the event loop to a good client, and end: ${attack.option}`, async (t) => {
      const server = await start(t, attack, 'event-loop');
      trickle(t, server, attack);
      await server.log.count('accepted', CONNECTIONS);
      const times = await latencies(t, server, attack);
      const median = times[times.length / 2] ?? Infinity;
      t.diagnostic(`median ${median.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms`);
      assert.ok(median <= MOST_MEDIAN_MS, `${median} ms`);
      await server.log.next('closed', { reason: attack.reason, count: CONNECTIONS });
    });

    it(`leave their threads after the deadline: ${attack.option}`, async (t) => {
      const server = await start(t, attack, 'thread-per-client');
      const startMs = performance.now();
      trickle(t, server, attack);
      await server.log.next('closed', { reason: attack.reason, count: CONNECTIONS });
      t.diagnostic(`all closed after ${Math.round(performance.now() - startMs)} ms`);
      await latencies(t, server, attack);
    });
  }
});
