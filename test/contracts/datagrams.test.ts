/**
 * The datagram services under every model: one datagram is one message, and each is accounted for.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { it } from 'node:test';
import { WORDS } from '../../src/services/games/words.js';
import { datagramClient, startDatagrams, type DatagramClient } from '../support/datagrams.js';
import { fixture } from '../support/handoff.js';
import { lose, win, wrongWord } from '../support/hangman.js';
import { forDatagrams, isConcurrent } from '../support/models.js';

const MOST_BYTES = 1472;
const noIPv6 = Object.values(networkInterfaces()).every(
  (addresses) => !addresses?.some(({ address }) => address === '::1'),
);

forDatagrams('echo over UDP', (model) => {
  it('answers a datagram with the same bytes, from none to the largest size', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model }));
    for (const bytes of ['ping', '', '\0\xff', 'ping\n', randomBytes(MOST_BYTES)]) {
      await client.exchange(bytes, bytes);
    }
  });

  it('answers a datagram that is too long with an error, and serves the next', async (t) => {
    const server = await startDatagrams(t, { model });
    const client = await datagramClient(t, server);
    for (const bytes of [MOST_BYTES + 1, 9000, 65_507]) {
      await client.exchange(
        Buffer.alloc(bytes, 'x'),
        'ERR datagram too long: at most 1472 bytes\n',
      );
    }
    await client.exchange('ping', 'ping');
    const { received, answered, refused } = await server.stop();
    assert.deepEqual([received, answered, refused], [4, 1, 3]);
  });

  it('logs each client at level debug: its address, and the bytes in and out', async (t) => {
    const server = await startDatagrams(t, { model });
    const client = await datagramClient(t, server);
    await client.exchange('ping', 'ping');
    const refusal = await client.ask(Buffer.alloc(MOST_BYTES + 1, 'x'));
    const peer = `127.0.0.1:${client.localPort}`;
    for (const [msg, bytesIn, bytesOut] of [
      ['answered', 4, 4],
      ['datagram refused', MOST_BYTES + 1, refusal.length],
    ] as const) {
      const line = await server.logLine(msg);
      assert.deepEqual(
        [line.level, line['peer'], line['bytesIn'], line['bytesOut']],
        ['debug', peer, bytesIn, bytesOut],
      );
    }
  });

  it('answers 5,000 paced datagrams, loses none, and keeps the order of each client', async (t) => {
    const server = await startDatagrams(t, { model });
    const clients = await Promise.all(Array.from({ length: 10 }, () => datagramClient(t, server)));
    await Promise.all(clients.map((client, index) => exchangeInWindows(client, index, 500, 16)));
    const { received, answered, dropped, sendFailures, kernelDropped } = await server.stop();
    assert.deepEqual(
      { received, answered, dropped, sendFailures, kernelDropped },
      { received: 5000, answered: 5000, dropped: 0, sendFailures: 0, kernelDropped: 0 },
    );
  });

  for (const [host, from] of [
    ['::1', '::1'],
    ['::', '::1'],
    ['0.0.0.0', '127.0.0.1'],
    ['localhost', undefined],
  ] as const) {
    it(
      `works on ${host}`,
      { skip: noIPv6 && host.includes(':') && 'this machine has no ::1' },
      async (t) => {
        const server = await startDatagrams(t, { model, host });
        const address = from ?? server.address;
        const client = await datagramClient(t, { host: address, port: server.port });
        await client.exchange('ping', 'ping');
        const { peer } = await server.logLine('answered');
        assert.match(String(peer), address === '::1' ? /^\[::1\]:\d+$/ : /^127\.0\.0\.1:\d+$/);
        assert.equal((await server.stop()).kernelDropped, 0);
      },
    );
  }

  it('never answers ports on which another service would answer the answer', async (t) => {
    const server = await startDatagrams(t, { model });
    const reflectors: DatagramClient[] = [];
    for (const port of [7, 13, 17, 19]) {
      const reflector = await datagramClient(t, server, port).catch(
        (error: unknown) => error as Error,
      );
      // Low ports need a privilege, and a service may be using one.
      if (reflector instanceof Error) t.diagnostic(reflector.message);
      else reflectors.push(reflector);
    }
    for (const reflector of reflectors) {
      reflector.send('ping');
      reflector.send(Buffer.alloc(MOST_BYTES + 1));
    }
    await (await datagramClient(t, server)).exchange('ping', 'ping');
    const { ignored, answered } = await server.stop();
    assert.deepEqual([ignored, answered], [2 * reflectors.length, 1]);
    await Promise.all(reflectors.map((reflector) => reflector.expectSilence()));
  });

  it('serves others after clients that left before their answers came', async (t) => {
    const server = await startDatagrams(t, { model });
    for (let gone = 0; gone < 20; gone++) {
      const client = await datagramClient(t, server);
      client.send('ping');
      client.close();
    }
    const client = await datagramClient(t, server);
    await client.exchange('ping', 'ping');
    assert.equal((await server.stop()).answered, 21);
  });
});

forDatagrams('capitalize over UDP', (model) => {
  it('answers text in upper case and replaces invalid UTF-8', async (t) => {
    const client = await datagramClient(
      t,
      await startDatagrams(t, { model, service: 'capitalize' }),
    );
    await client.exchange('straße\n', 'STRASSE\n');
    await client.exchange(Buffer.of(0x61, 0xff, 0x62), 'A\ufffdB');
  });

  it('answers with an error when the answer would be too long', async (t) => {
    const client = await datagramClient(
      t,
      await startDatagrams(t, { model, service: 'capitalize' }),
    );
    await client.exchange('ŉ'.repeat(MOST_BYTES / 2), 'ERR answer too long: at most 1472 bytes\n');
    await client.exchange('ŉ'.repeat(490), 'ʼN'.repeat(490));
  });
});

forDatagrams('date and daytime over UDP', (model) => {
  it('answer with the time in the client’s format', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service: 'date' }));
    assert.match(await client.ask('%Y-%m-%d'), /^\d{4}-[01]\d-[0-3]\d$/);
    await client.exchange('100 %%\n', '100 %\n');
    await client.exchange('%c'.repeat(700), 'ERR answer too long: at most 1472 bytes\n');
    await client.exchange('', '');
  });

  it('answer an empty datagram with the time', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service: 'daytime' }));
    for (const message of ['', 'what time is it?']) {
      assert.match(await client.ask(message), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$/);
    }
  });
});

forDatagrams('hangman over UDP', (model) => {
  it('can be won and lost, with a game for each address', async (t) => {
    const server = await startDatagrams(t, { model, service: 'hangman' });
    const clients = await Promise.all(Array.from({ length: 4 }, () => datagramClient(t, server)));
    const words = await Promise.all(
      clients.flatMap(async (client) => {
        const ask = (message: string) => client.ask(message);
        const played = [await win(ask), await lose(ask), await win(ask)];
        await client.exchange('QUIT', 'BYE\n');
        return played;
      }),
    );
    for (const word of words.flat()) assert.ok(WORDS.includes(word));
  });

  it('answers a repeated datagram with the same text, at no cost', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service: 'hangman' }));
    const ask = async (message: string) => {
      const answer = await client.ask(message);
      assert.equal(await client.ask(message), answer);
      assert.equal(await client.ask(`${message.toUpperCase()}\n`), answer);
      return answer;
    };
    assert.ok(WORDS.includes(await win(ask)));
    assert.ok(WORDS.includes(await lose(ask)));
    assert.ok(WORDS.includes(await win(ask)));
    assert.equal(await ask('QUIT'), 'BYE\n');
  });

  it('reports an older datagram that arrives late as repeated, at no cost', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service: 'hangman' }));
    const length = Number(/^WORD (\d+)\n$/.exec(await client.ask('PLAY'))?.[1]);
    const [first, second] = [wrongWord(0, length), wrongWord(1, length)];
    assert.match(await client.ask(first), /^MISS 7\n/);
    assert.match(await client.ask(second), /^MISS 6\n/);
    assert.match(await client.ask(first), /^REPEATED b+\n/);
    assert.match(await client.ask('PLAY'), /^WORD \d+\n[_ ]+\n$/);
    assert.match(await client.ask(wrongWord(2, length)), /^MISS 5\n/);
  });

  it('answers a message that is no guess with one line of ERR, at no cost', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service: 'hangman' }));
    await client.exchange('e', 'ERR no game is going on: PLAY begins one, QUIT leaves\n');
    const length = Number(/^WORD (\d+)\n$/.exec(await client.ask('PLAY'))?.[1]);
    for (const nonsense of [
      '',
      '\0',
      'a\nb',
      randomBytes(MOST_BYTES),
      'x'.repeat(MOST_BYTES),
      'x'.repeat(2000),
    ]) {
      assert.match(await client.ask(nonsense), /^ERR [ -~]+\n$/);
    }
    assert.match(await client.ask(wrongWord(0, length)), /^MISS 7\n/);
  });
});

forDatagrams('a service for datagrams', (model) => {
  const service = fixture('datagrams');

  it('gets the memory of an address with its next message', async (t) => {
    const server = await startDatagrams(t, { model, service });
    const [one, other] = [await datagramClient(t, server), await datagramClient(t, server)];
    for (const count of ['1', '2', '3']) await one.exchange('count', count);
    await other.exchange('count', '1');
    one.send('hush');
    await one.exchange('count', '5');
  });

  it('gets no memory of an address that was silent for the idle time', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service, idleMs: 20 }));
    await client.exchange('count', '1');
    // A wait longer than that.
    await client.expectSilence();
    await client.exchange('count', '1');
  });

  it('handles the messages of one address in their order', async (t) => {
    const client = await datagramClient(t, await startDatagrams(t, { model, service }));
    for (const message of ['wait 30 a', 'wait 10 b', 'count', 'wait 0 c']) client.send(message);
    for (const answer of ['a', 'b', '3', 'c']) await client.expect(answer);
  });

  it('fails only for the message that makes it throw', async (t) => {
    const server = await startDatagrams(t, { model, service });
    const client = await datagramClient(t, server);
    await client.exchange('count', '1');
    for (const failure of ['throw', 'nonsense', 'nothing']) {
      await client.exchange(failure, 'ERR the service failed\n');
    }
    await client.exchange('count', '2');
    assert.equal((await server.logLine('service failed')).level, 'error');
  });

  it('counts and logs the datagrams that are dropped for lack of space', async (t) => {
    const server = await startDatagrams(t, { model, service, queueLimit: 4 });
    const client = await datagramClient(t, server);
    for (let sent = 0; sent < 20; sent++) client.send('wait 20 x');
    await server.logLine('datagrams dropped');
    const { received, answered, dropped } = await server.stop();
    assert.equal(received, 20);
    assert.ok(Number(dropped) > 0 && Number(answered) >= 3);
    assert.equal(Number(answered) + Number(dropped), 20);
  });

  it('serves others while one client floods', async (t) => {
    const server = await startDatagrams(t, { model, service, queueLimit: 4 });
    const [flooder, other] = [await datagramClient(t, server), await datagramClient(t, server)];
    for (let sent = 0; sent < 20; sent++) flooder.send('wait 20 x');
    await server.logLine('datagrams dropped');
    await other.exchange('count', '1');
  });

  it('answers what has arrived before a stop', async (t) => {
    const server = await startDatagrams(t, { model, service });
    const client = await datagramClient(t, server);
    for (const message of ['count', 'wait 50 a', 'wait 50 b']) client.send(message);
    await client.expect('1');
    const summary = server.stop();
    await client.expect('a');
    await client.expect('b');
    assert.equal((await summary).answered, 3);
    assert.deepEqual(
      server.log().flatMap(({ msg }) => (/^(stop|datagrams)/.test(msg) ? msg : [])),
      ['stopping', 'datagrams', 'stopped'],
    );
  });

  it('is interrupted by a stop when its answer takes longer than the grace', async (t) => {
    const server = await startDatagrams(t, { model, service, graceMs: 20 });
    const client = await datagramClient(t, server);
    await client.exchange('count', '1');
    for (const message of ['hang', 'count', 'count']) client.send(message);
    const { received, answered, dropped } = await server.stop();
    assert.deepEqual([received, answered, dropped], [4, 1, 3]);
  });

  it('is stopped once, however often stop is called', async (t) => {
    const { server } = await startDatagrams(t, { model, service });
    const first = server.stop('once');
    assert.equal(server.stop('twice'), first);
    await first;
    assert.equal(server.stop('after the end'), first);
  });

  if (isConcurrent(model)) {
    it('answers other clients while one waits', async (t) => {
      const server = await startDatagrams(t, { model, service, graceMs: 0 });
      const [slow, quick] = [await datagramClient(t, server), await datagramClient(t, server)];
      slow.send('hang');
      await quick.exchange('count', '1');
      await slow.expectSilence();
    });
  } else {
    it('answers the next client when the previous one has its answer', async (t) => {
      const server = await startDatagrams(t, { model, service });
      const [slow, quick] = [await datagramClient(t, server), await datagramClient(t, server)];
      slow.send('wait 100 late');
      quick.send('count');
      await quick.expect('1');
      slow.expectSomethingAlready();
    });
  }

  if (model === 'thread-per-client') {
    it('ends only its thread when it exits', async (t) => {
      const server = await startDatagrams(t, { model, service });
      const client = await datagramClient(t, server);
      await client.exchange('count', '1');
      for (let exits = 0; exits < 4; exits++)
        await client.exchange('exit', 'ERR the service failed\n');
      await client.exchange('count', '2');
    });

    it('runs on several threads', async (t) => {
      const server = await startDatagrams(t, { model, service });
      const clients = [await datagramClient(t, server), await datagramClient(t, server)];
      await Promise.all(clients.map((client) => client.exchange('wait 100 x', 'x')));
      await server.stop();
      const threads = server
        .log()
        .flatMap(({ msg, thread }) => (msg === 'answered' ? [thread] : []));
      assert.equal(new Set(threads).size, 2);
    });
  }
});

/** Exchanges numbered messages, with a bounded number unanswered at any time. */
async function exchangeInWindows(
  client: DatagramClient,
  name: number,
  count: number,
  window: number,
): Promise<void> {
  const message = (number: number) => `${name}:${number}`.padEnd(64, '.');
  for (let sent = 0; sent < window; sent++) client.send(message(sent));
  for (let answered = 0; answered < count; answered++) {
    await client.expect(message(answered));
    if (answered + window < count) client.send(message(answered + window));
  }
}
