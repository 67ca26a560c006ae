/**
 * Datagrams with forged senders: two servers that would answer each other without end, answers that
 * are longer than their questions, and floods. A loop is made without forging: a relay carries what
 * one server answers to the other, and back.
 */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DATAGRAM_SERVICES } from '../../src/services/catalogue.js';
import { datagramClient, startDatagrams } from '../support/datagrams.js';
import { startHandoff } from '../support/handoff.js';
import { forDatagrams } from '../support/models.js';
import type { Cleanup } from '../support/server.js';

/** The headers of IPv4 and UDP. */
const HEADERS_BYTES = 28;
/** More is called endless. The promise is 1,000 repeated answers of each server. */
const ENDLESS = 4000;
/** A loop whose next datagram has not come after so many milliseconds has ended. */
const OVER_MS = 250;

async function boundSocket(t: Cleanup, address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4');
  t.after(() => void socket.close());
  socket.on('error', () => undefined);
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

/**
 * Lets two servers answer each other, as if the first question had come from the other's port.
 * @returns the number of answers when the loop has ended, or ENDLESS
 */
async function exchange(
  t: Cleanup,
  ports: readonly [number, number],
  questions: readonly string[],
): Promise<number> {
  const ends = [await boundSocket(t), await boundSocket(t)] as const;
  let answers = 0;
  ends.forEach((end, index) =>
    end.on('message', (message) => {
      // Whatever one server answers reaches the other one.
      if (++answers < ENDLESS) ends[1 - index]?.send(message, ports[1 - index], '127.0.0.1');
    }),
  );
  for (const question of questions) ends[0].send(question, ports[0], '127.0.0.1');
  for (let before = -1; before !== answers && answers < ENDLESS;) {
    before = answers;
    await sleep(OVER_MS);
  }
  return answers;
}

const QUESTIONS = ['x', '', 'PLAY', 'QUIT', '%c', '%%%%c', 'what time is it?'];

describe('two servers', () => {
  it('never answer each other without end, whichever services they are', async (t) => {
    const start = async (service: string) => (await startDatagrams(t, { service })).port;
    const servers = await Promise.all(
      [...DATAGRAM_SERVICES, ...DATAGRAM_SERVICES].map(async (service) => ({
        service,
        port: await start(service),
      })),
    );
    const half = DATAGRAM_SERVICES.length;
    const pairs = servers
      .slice(0, half)
      .flatMap((one, index) => servers.slice(half + index).map((other) => [one, other] as const));
    const outcomes = await Promise.all(
      pairs.map(async ([one, other]) => ({
        pair: `${one.service} and ${other.service}`,
        answers: Math.max(
          await exchange(t, [one.port, other.port], QUESTIONS),
          await exchange(t, [other.port, one.port], QUESTIONS),
        ),
      })),
    );
    const endless = outcomes.filter(({ answers }) => answers >= ENDLESS);
    assert.deepEqual(
      endless.map(({ pair }) => pair),
      [],
    );
  });
});

forDatagrams('two servers', (model) => {
  it('do not go on with the echo of an echo', async (t) => {
    const [one, other] = [await startDatagrams(t, { model }), await startDatagrams(t, { model })];
    assert.ok((await exchange(t, [one.port, other.port], ['x'])) < ENDLESS);
  });
});

describe('a server that gave the same answers too often', () => {
  it('logs it once, counts them, and answers others, and the same address after a second', async (t) => {
    const [server, other] = [await startDatagrams(t), await startDatagrams(t)];
    await exchange(t, [server.port, other.port], ['x', 'y', 'z']);
    await (await datagramClient(t, server)).exchange('x', 'x');
    const socket = await boundSocket(t);
    let answered = 0;
    socket.on('message', () => answered++);
    for (let sent = 0; answered < 1001; sent++) {
      socket.send('x', server.port, '127.0.0.1');
      if (sent % 50 === 0) await sleep(1);
      if (sent > 5000) break;
    }
    await sleep(OVER_MS);
    assert.equal(answered, 1001, 'the first answer and a thousand repeated ones');
    await sleep(1000);
    socket.send('x', server.port, '127.0.0.1');
    await once(socket, 'message');
    const totals = await server.stop();
    assert.ok(Number(totals['repeated']) > 0);
    const lines = server.log().filter(({ msg }) => msg === 'answers repeated');
    assert.ok(lines.length >= 1 && lines.length <= 5, `${lines.length} lines`);
  });
});

forDatagrams('an answer', (model) => {
  it('is on the wire at most three times as long as its question', async (t) => {
    for (const service of DATAGRAM_SERVICES) {
      const server = await startDatagrams(t, { model, service });
      const client = await datagramClient(t, server);
      const questions = [
        ...['', 'e', 'é', 'PLAY', '7', 'QUIT', 'x'.repeat(2000), '%99c', '%c%c%c%c%c', '%5Q'],
        ...['%99A%99B'.repeat(20), 'ŉ', 'ŉ'.repeat(700), 'PLAY', 'a', 'b', 'e', 'PLAY', 'bananas'],
      ];
      for (const question of questions) {
        const answer = Buffer.from(await client.ask(question));
        const [most, bytes] = [
          3 * (HEADERS_BYTES + Buffer.byteLength(question)),
          HEADERS_BYTES + answer.length,
        ];
        assert.ok(bytes <= most, `${service} ${JSON.stringify(question)}: ${String(answer)}`);
      }
    }
  });

  it('that would be longer is one line of ERR, and usual ones are not', async (t) => {
    const server = await startDatagrams(t, { model, service: 'date' });
    const client = await datagramClient(t, server);
    await client.exchange('%99c', 'ERR answer too long: at most 68 bytes\n');
    for (const format of ['%c', '%A, %d. %B %Y, %H:%M:%S', '%Y-%m-%dT%H:%M:%S.%f', '%D %T %Z'])
      assert.doesNotMatch(await client.ask(format), /^ERR/);
  });
});

describe('--datagram-rate', () => {
  it('bounds the datagrams of an address, whatever its ports, and no other address', async (t) => {
    const server = await startHandoff(t, [
      ...['echo', '--transport', 'udp', '--model', 'event-loop'],
      ...['--datagram-rate', '100'],
    ]);
    const { port } = server.address as { port: number };
    const startedAt = performance.now();
    let answered = 0;
    for (let sockets = 0; sockets < 10; sockets++) {
      const socket = await boundSocket(t, '127.0.0.2');
      socket.on('message', () => answered++);
      for (let sent = 0; sent < 100; sent++) socket.send(`${sent}`, port, '127.0.0.1');
    }
    const other = await boundSocket(t, '127.0.0.3');
    other.send('good', port, '127.0.0.1');
    const [answer] = (await once(other, 'message')) as [Buffer];
    assert.equal(String(answer), 'good');
    await sleep(OVER_MS);
    const seconds = (performance.now() - startedAt) / 1000;
    assert.ok(answered >= 100 && answered <= 100 + 100 * seconds, `${answered} answers`);
    await server.stop();
    const { received, answered: said, limited } = server.log.one('datagrams');
    assert.deepEqual([received, said], [1001, answered + 1]);
    assert.equal(limited, 1000 - answered);
    const lines = server.log.of('datagrams limited');
    assert.ok(lines.length >= 1 && lines.length <= 2 + seconds, `${lines.length} lines`);
    assert.equal(lines[0]?.['address'], '127.0.0.2');
  });
});
