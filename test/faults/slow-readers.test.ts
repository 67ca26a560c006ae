/** Members of a chat that read nothing: what they cost the server, and whom they affect. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { startHandoff, temporaryDirectory, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import type { Cleanup } from '../support/server.js';

const SILENT = 200;
/** So many enter at once: each starts a thread. */
const ENTERING = 20;
const LINE_BYTES = 4000;
const BURST_LINES = 20;
/** More than the kernel keeps for a client of a Unix-domain socket, and the limit of one client. */
const ENOUGH_BYTES = 2_500_000;
const MAX_BUFFER_KB = 256 * 1024;
const MOST_OTHER_KB = 100 * 1024;

describe('members that read nothing', { timeout: 120_000 }, () => {
  for (const model of ['thread-per-client', 'event-loop'] as const) {
    it(`cost a bounded memory under ${model}, are cut one by one, and the others get every line`, async (t) => {
      const server = await startChat(t, modelOptions(model, SILENT + 8));
      await joinSilent(t, server, names('silent', SILENT));
      const [alice, bob] = await Promise.all([enter(t, server, 'alice'), enter(t, server, 'bob')]);
      const beforeKb = server.residentKb;
      let mostKb = beforeKb;
      for (let sent = 0; sent < ENOUGH_BYTES; sent += BURST_LINES * LINE_BYTES) {
        await talk(alice, bob, BURST_LINES);
        mostKb = Math.max(mostKb, server.residentKb);
      }
      await server.log.count('closed', SILENT);
      const closed = server.log.of('closed');
      assert.equal(closed.length, SILENT);
      assert.equal(new Set(closed.map(({ connection }) => connection)).size, SILENT);
      for (const { reason } of closed) assert.equal(reason, 'slow');
      const grownKb = mostKb - beforeKb;
      t.diagnostic(`${model}: ${grownKb} kB more`);
      assert.ok(grownKb < MAX_BUFFER_KB + MOST_OTHER_KB, `${grownKb} kB more`);
      // Bob talks, too.
      await talk(bob, alice, 1);
    });
  }

  for (const model of ['thread-per-client', 'event-loop'] as const) {
    it(`are cut under ${model} when all of them together exceed --max-buffer, the largest first`, async (t) => {
      const args = [...modelOptions(model, 40), '--max-buffer', '8'];
      const server = await startChat(t, args);
      const [alice, bob] = await Promise.all([enter(t, server, 'alice'), enter(t, server, 'bob')]);
      const [large] = await joinSilent(t, server, ['large']);
      await talk(alice, bob, 230);
      for (const client of [alice, bob]) {
        client.send('/join other\n');
        while (!(await client.readLine()).includes('other'));
      }
      const small = await joinSilent(t, server, names('small', 20), '/join other\n');
      let said = 0;
      // Together they exceed 8 MB with `large`, and not without it.
      while (said < 180 && (await rooms(alice)).some((room) => room.startsWith('* lobby'))) {
        await talk(alice, bob, 2);
        said += 2;
      }
      const closed = await server.log.next('closed');
      assert.deepEqual([closed['connection'], closed['reason']], [3, 'slow']);
      assert.ok(large);
      for (const client of small) {
        client.resume();
        for (let heard = 0; heard < said; heard++) await nextFrom(client, 'alice');
      }
      assert.equal(server.log.of('closed').length, 1);
    });
  }
});

describe('clients that read none of their own answers', { timeout: 60_000 }, () => {
  it('count on the event loop, too: those with the most are cut, and the others served', async (t) => {
    const path = join(temporaryDirectory(t), 'echo');
    const args = ['--socket', path, '--model', 'event-loop', '--max-buffer', '1'];
    const server = await startHandoff(t, ['echo', ...args]);
    for (let count = 0; count < 60; count++) {
      const client = await connectClient(t, server);
      client.pause();
      client.send('x'.repeat(600_000));
    }
    const { reason } = await server.log.next('closed');
    assert.equal(reason, 'slow');
    await (await connectClient(t, server)).exchange('ping', 'ping');
    assert.ok(server.log.of('closed').length < 60);
  });
});

/** The rooms that have members. The answer to an unknown command ends the list. */
async function rooms(client: Client): Promise<string[]> {
  client.send('/rooms\n/none\n');
  const lines: string[] = [];
  for (let line = ''; !line.startsWith('ERR '); line = await client.readLine()) lines.push(line);
  return lines;
}

function names(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${stem}${index}`);
}

/** On a Unix-domain socket, where the kernel keeps some 200 kB for a client, and not megabytes. */
function startChat(t: Cleanup, args: readonly string[]): Promise<ServerProcess> {
  const path = join(temporaryDirectory(t), 'chat');
  return startHandoff(t, ['chat', '--socket', path, ...args]);
}

async function enter(t: Cleanup, server: ServerProcess, name: string): Promise<Client> {
  const client = await connectClient(t, server);
  client.send(`${name}\n`);
  while (!(await client.readLine()).startsWith('Welcome '));
  return client;
}

/** They join, and read nothing from then on. */
async function joinSilent(
  t: Cleanup,
  server: ServerProcess,
  all: readonly string[],
  last = '',
): Promise<Client[]> {
  const silence = async (name: string) => {
    const client = await enter(t, server, name);
    if (last !== '') {
      client.send(last);
      while (!(await client.readLine()).includes('other'));
    }
    client.pause();
    return client;
  };
  const clients: Client[] = [];
  while (clients.length < all.length) {
    const some = all.slice(clients.length, clients.length + ENTERING);
    clients.push(...(await Promise.all(some.map(silence))));
  }
  return clients;
}

const TEXT = 'x'.repeat(LINE_BYTES - 10);

/** The speaker says some lines, and the listener gets each of them. */
async function talk(speaker: Client, listener: Client, lines: number): Promise<void> {
  speaker.send(`${TEXT}\n`.repeat(lines));
  for (let heard = 0; heard < lines; heard++) await nextFrom(listener, '');
}

async function nextFrom(listener: Client, name: string): Promise<void> {
  for (;;) {
    const line = await listener.readLine();
    if (line.startsWith(name) && line.endsWith(`: ${TEXT}`)) return;
  }
}
