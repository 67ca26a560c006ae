/**
 * Services behind a faulty network, under every model: whole conversations through slices and
 * latency, resets, stalls beyond the idle timeout, and a client on a slow line beside a fast one.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { ServiceOptions } from '../../src/services/service.js';
import { connectClient, type Bytes, type Client } from '../support/client.js';
import { startFaultyNetwork, type Faults } from '../support/faulty-network.js';
import { temporaryDirectory } from '../support/handoff.js';
import { get, readAnswer } from '../support/http.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { Player } from '../support/quiz.js';
import { startServer, type Cleanup, type RunningServer } from '../support/server.js';

/** More than all buffers between a server and a client hold. */
const LONG = Buffer.from(
  Array.from({ length: 12_000_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff),
);
const PAGE = LONG.subarray(0, 3000);
const IDLE_MS = 400;

/** Conversations that do not depend on how bytes are cut, up to the end of the stream. */
const CONVERSATIONS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  count: async (client) => {
    client.send('Žofie\r\nb\n');
    const counted = (name: string) =>
      Array.from({ length: 11 }, (_, count) => `${name}${count}\n`).join('');
    await client.expect(counted('Žofie') + counted('b'));
    await end(client);
  },
  collect: async (client) => {
    client.send(PAGE);
    client.halfClose();
    await client.expect(`OK ${PAGE.length}\n`);
    await client.expectEnd();
  },
  daytime: async (client) => {
    assert.match((await client.readToEnd()).toString(), /^[-\d]{10} [:\d]{8}\.\d{6}\n$/);
  },
  echo: async (client) => {
    await client.exchange(PAGE, PAGE);
    await end(client);
  },
  hangman: async (client) => {
    client.send('PLAY\n');
    assert.match(await client.readLine(), /^WORD \d+$/);
    await client.exchange('QUIT\n', 'BYE\n');
    await client.expectEnd();
  },
  tictactoe: async (client) => {
    client.send('AGAIN\nAda\n');
    await client.expect('ERR your name is expected first\nWelcome Ada\n');
    await end(client);
  },
  work: async (client) => {
    client.send('sleep 1\nwork 0\nnonsense\n');
    await client.expect('done 1\ndone 0\n');
    assert.match(await client.readLine(), /^ERR ./);
    await end(client);
  },
  quiz: async (client) => {
    const player = new Player(client);
    await player.says('GUEST x', 'OK welcome, guest x');
    await player.game(2, 1);
    await client.expect('TOTAL 1\nRANK 1 of 1\n');
    await player.quit();
  },
  chat: async (client) => {
    await client.expect('Hello, this is the chat.\nWho are you?\n');
    await client.exchange('alice\n', 'Welcome alice, type /help for help\n');
    await client.exchange('/who\n', '* alice (operator)\n');
    client.send('/quit\n');
    await client.expectEnd();
  },
  web: async (client) => {
    client.send(get('/page.bin') + get('/none') + get('/page.bin', 'Connection: close\r\n'));
    assert.deepEqual((await readAnswer(client)).body, PAGE);
    assert.equal((await readAnswer(client)).status, 404);
    assert.deepEqual((await readAnswer(client)).body, PAGE);
    await client.expectEnd();
  },
};

const NETWORKS: Readonly<Record<string, Partial<Faults>>> = {
  'one-byte slices': { sliceBytes: 1 },
  'latency with jitter': { latencyMs: 30, jitterMs: 30 },
  'slices of three bytes with latency': { sliceBytes: 3, latencyMs: 10, jitterMs: 10 },
};

async function end(client: Client): Promise<void> {
  client.halfClose();
  await client.expectEnd();
}

function siteWith(t: Cleanup, content: Uint8Array): Partial<ServiceOptions> {
  const root = join(temporaryDirectory(t), 'www');
  mkdirSync(root);
  writeFileSync(join(root, 'page.bin'), content);
  return { root };
}

/** What a client sends, of which the network passes only a part; and what has a long answer. */
const CUT: Readonly<Record<string, { readonly half: Bytes; readonly long: Bytes }>> = {
  echo: { half: 'half a message', long: LONG },
  web: { half: 'GET /page.bin HTTP/1.1\r\nHo', long: get('/page.bin') },
};

underEveryModel('behind a faulty network', (model) => {
  /** A connection through the network, and its number in the log. */
  async function connected(t: Cleanup, service: string, settings: object = {}) {
    const options = siteWith(t, LONG);
    const all = { model, service, options, logLevel: 'debug', ...settings } as const;
    const server = await startServer(t, all);
    const network = await startFaultyNetwork(t, server);
    const client = await connectClient(t, network);
    const { connection } = await server.logLine('accepted');
    return { server, network, client, connection };
  }

  async function assertServes(t: Cleanup, server: RunningServer, service: string): Promise<void> {
    const other = await connectClient(t, server);
    if (service === 'echo') await other.exchange('still here', 'still here');
    else {
      other.send(get('/none'));
      assert.equal((await readAnswer(other)).status, 404);
    }
    other.close();
  }

  for (const [name, faults] of Object.entries(NETWORKS)) {
    it(`every conversation is the same through ${name}`, async (t) => {
      const conversations = Object.entries(CONVERSATIONS).map(async ([service, hold]) => {
        const options = service === 'web' ? siteWith(t, PAGE) : {};
        const server = await startServer(t, { model, service, options, logLevel: 'info' });
        const network = await startFaultyNetwork(t, server);
        Object.assign(network.toServer, faults);
        Object.assign(network.toClient, faults);
        const client = await connectClient(t, network);
        await hold(client).catch((error: unknown) => {
          throw new Error(`${service} through ${name}: ${String(error)}`, { cause: error });
        });
        client.close();
        assert.match(String((await server.logLine('closed')).reason), /^(end|done)$/, service);
      });
      await Promise.all(conversations);
    });
  }

  for (const [service, { half, long }] of Object.entries(CUT)) {
    it(`${service}: a reset in the middle of a request ends only that client`, async (t) => {
      const { server, network, client, connection } = await connected(t, service);
      const neighbour = isConcurrent(model) ? await connectClient(t, server) : undefined;
      client.send(half);
      await server.logLine('received', { connection });
      network.reset();
      assert.equal((await server.logLine('closed', { connection })).reason, 'reset');
      neighbour?.expectNothingYet();
      neighbour?.close();
      await assertServes(t, server, service);
    });

    it(`${service}: a reset in the middle of an answer ends only that client`, async (t) => {
      const { server, network, client, connection } = await connected(t, service);
      network.toClient.resetAfterBytes = 1_000_000;
      client.send(long);
      assert.equal((await server.logLine('closed', { connection })).reason, 'reset');
      await client.expectOver();
      await assertServes(t, server, service);
    });

    it(`${service}: a stall beyond the idle timeout ends only that client`, async (t) => {
      const { server, network, client, connection } = await connected(t, service, {
        idleMs: IDLE_MS,
      });
      // Nothing passes: the server's own buffers fill up, and the client takes nothing.
      network.toClient.isStalled = true;
      client.send(long);
      assert.equal((await server.logLine('closed', { connection })).reason, 'idle');
      await assertServes(t, server, service);
      network.toClient.isStalled = false;
      await client.expectOver();
    });

    it(`${service}: a stall within the idle timeout costs nothing but time`, async (t) => {
      const { network, client } = await connected(t, service, { idleMs: 5000 });
      network.toServer.isStalled = network.toClient.isStalled = true;
      client.send(long);
      await client.expectSilence();
      network.toServer.isStalled = network.toClient.isStalled = false;
      if (service === 'echo') await client.expect(LONG);
      else assert.ok((await readAnswer(client)).body.equals(LONG));
    });
  }

  if (isConcurrent(model)) {
    it('a client on a slow line does not slow one on a fast line', async (t) => {
      const { server, network, client: slow } = await connected(t, 'web');
      network.toClient.bytesPerSecond = 500_000;
      const seen = { isWhole: false };
      slow.send(get('/page.bin'));
      void slow.read(LONG.length).then(
        () => (seen.isWhole = true),
        () => undefined,
      );
      const fast = await connectClient(t, server);
      for (let request = 0; request < 300; request++) {
        fast.send(get('/none'));
        assert.equal((await readAnswer(fast)).status, 404);
      }
      fast.send(get('/page.bin'));
      assert.ok((await readAnswer(fast)).body.equals(LONG));
      assert.equal(seen.isWhole, false);
      network.reset();
    });

    it('a chat member on a slow line does not slow the others', async (t) => {
      const { server, network, client: slow } = await connected(t, 'chat');
      await slow.expect('Hello, this is the chat.\nWho are you?\n');
      await slow.exchange('slow\n', 'Welcome slow, type /help for help\n');
      const [one, other] = [await connectClient(t, server), await connectClient(t, server)];
      for (const [name, member] of Object.entries({ one, other })) {
        await member.expect('Hello, this is the chat.\nWho are you?\n');
        await member.exchange(`${name}\n`, `Welcome ${name}, type /help for help\n`);
      }
      await one.expect('* other joined (3 here)\n');
      await slow.expect('* one joined (2 here)\n* other joined (3 here)\n');
      // The lines below would take the slow member 30 seconds.
      network.toClient.bytesPerSecond = 100;
      for (let line = 0; line < 200; line++) {
        one.send(`line ${line}\n`);
        await other.expect(`one: line ${line}\n`);
      }
      network.reset();
    });
  }
});
