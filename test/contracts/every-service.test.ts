/**
 * What every service guarantees every client, whatever it sends: one contract for all services
 * under each model. The messages of a service are tested in the file of its name; stop and idle
 * timeout have files, too.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Cleanup } from '../support/server.js';
import { connectClient, type Bytes, type Client } from '../support/client.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer, type RunningServer } from '../support/server.js';

interface Conversation {
  readonly service: string;
  /** Runs one whole conversation, up to the end of the stream. */
  readonly hold: (client: Client) => Promise<void>;
  /** What a client has sent when it disconnects in the middle of a message. */
  readonly half: Bytes;
  /** Set for a service for which a client that never sends is no special case. */
  readonly speaksFirst?: 'the server';
}

async function end(client: Client): Promise<void> {
  client.halfClose();
  await client.expectEnd();
}

const conversations: readonly Conversation[] = [
  {
    service: 'capitalize',
    half: Buffer.from('é').subarray(0, 1),
    hold: async (client) => {
      await client.exchange('straße', 'STRASSE');
      await end(client);
    },
  },
  {
    service: 'collect',
    half: 'some of it',
    hold: async (client) => {
      client.send('abc');
      client.halfClose();
      await client.expect('OK 3\n');
      await client.expectEnd();
    },
  },
  {
    service: 'count',
    half: 'Al',
    hold: async (client) => {
      await client.exchange('Al\n', 'Al0\nAl1\nAl2\nAl3\nAl4\nAl5\nAl6\nAl7\nAl8\nAl9\nAl10\n');
      await end(client);
    },
  },
  {
    service: 'date',
    half: Buffer.from('é').subarray(0, 1),
    hold: async (client) => {
      await client.exchange('%%', '%');
      await end(client);
    },
  },
  {
    service: 'daytime',
    half: '',
    speaksFirst: 'the server',
    hold: async (client) => {
      assert.match((await client.readToEnd()).toString(), /^[-\d]{10} [:\d]{8}\.\d{6}\n$/);
    },
  },
  {
    service: 'echo',
    half: '',
    hold: async (client) => {
      await client.exchange('ping', 'ping');
      await end(client);
    },
  },
  {
    service: 'greet',
    half: '',
    hold: async (client) => {
      await client.exchange('hi', 'Hello in return!');
      await client.expectEnd();
    },
  },
  {
    service: 'hangman',
    half: 'PLA',
    hold: async (client) => {
      client.send('PLAY\n');
      assert.match(await client.readLine(), /^WORD \d+$/);
      await client.exchange('QUIT\n', 'BYE\n');
      await client.expectEnd();
    },
  },
  {
    service: 'hello',
    half: '',
    hold: async (client) => {
      await client.exchange('Hello World', 'Hello Yourself');
      await client.exchange('Bye', 'Goodbye');
      await client.expectEnd();
    },
  },
  {
    service: 'quiz',
    half: 'GUE',
    hold: async (client) => {
      await client.exchange('GUEST x\n', 'OK welcome, guest x\n');
      await end(client);
    },
  },
  {
    service: 'tictactoe',
    half: 'Ad',
    hold: async (client) => {
      await client.exchange('AGAIN\n', 'ERR your name is expected first\n');
      await end(client);
    },
  },
  {
    service: 'web',
    half: 'GET / HTTP/1.1\r\nHo',
    hold: async (client) => {
      client.send('GET /no-such-file HTTP/1.0\r\n\r\n');
      assert.match((await client.readToEnd()).toString(), /^HTTP\/1\.1 404 Not Found\r\n/);
    },
  },
  {
    service: 'work',
    half: 'wor',
    hold: async (client) => {
      await client.exchange('sleep 1\n', 'done 1\n');
      await end(client);
    },
  },
];

for (const { service, hold, half, speaksFirst } of conversations) {
  underEveryModel(service, (model) => {
    const server = sharedServer({ service, model, logLevel: 'debug' });

    it('serves one client after the other and logs each', async (t) => {
      for (let round = 0; round < 3; round++) {
        const { client, connection } = await knownClient(t, server);
        await hold(client);
        client.close();
        const { reason } = await server.logLine('closed', { connection });
        assert.match(String(reason), /^(end|done)$/);
      }
    });

    it('serves the next client after one has reset in the middle of a message', async (t) => {
      // libuv takes a reset that arrives together with bytes for an end of stream. So the test
      // waits until the server has read the bytes: after that, each model must distinguish the two.
      const { client: rude, connection } = await knownClient(t, server);
      if (half !== '') {
        rude.send(half);
        await server.logLine('received', { connection });
      }
      rude.reset();
      await hold(await connectClient(t, server));
      const { reason } = await server.logLine('closed', { connection });
      // A service that sends first may have ended before it can notice the reset.
      if (speaksFirst === undefined) assert.equal(reason, 'reset');
    });

    it('serves the next client after one has sent half a message and a reset at once', async (t) => {
      const rude = await connectClient(t, server);
      rude.send(half);
      rude.reset();
      await hold(await connectClient(t, server));
    });

    it('serves the next client after one has left without a message', async (t) => {
      const { client: mute, connection } = await knownClient(t, server);
      mute.close();
      await hold(await connectClient(t, server));
      await server.logLine('closed', { connection });
    });

    if (speaksFirst !== undefined) return;

    if (isConcurrent(model)) {
      it('serves other clients while some send nothing', async (t) => {
        const silent = [await connectClient(t, server), await connectClient(t, server)];
        await hold(await connectClient(t, server));
        for (const client of silent) client.expectNothingYet();
        for (const client of silent) await hold(client);
      });
    } else {
      it('makes other clients wait while one sends nothing, and then serves them in turn', async (t) => {
        const silent = await connectClient(t, server);
        const { client: second, connection } = await knownClient(t, server);
        await server.logLine('queued', { connection });
        const third = await connectClient(t, server);
        second.expectNothingYet();
        await hold(silent);
        silent.close();
        const holdings = [hold(second).then(() => second.close()), hold(third)];
        await Promise.all(holdings);
      });
    }
  });
}

/** A client, and its connection's number in the log. */
async function knownClient(t: Cleanup, server: RunningServer) {
  const client = await connectClient(t, server);
  const peer = `127.0.0.1:${client.localPort ?? 0}`;
  const { connection } = await server.logLine('accepted', { peer });
  return { client, connection };
}
