/** Hangman over datagrams that get lost, come late or come twice. */
import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { connectDatagrams } from '../../../src/clients/wire/datagram-wire.js';
import { StartError } from '../../../src/base/errors.js';
import { eventually } from '../../support/eventually.js';

const QUICK = { resendMs: 20, tries: 3 };

describe('a conversation in datagrams', { timeout: 30_000 }, () => {
  it('sends each message after the answer to the one before', async (t) => {
    const { wire, server } = await start(t, { ...QUICK, resendMs: 5000 });
    const messages = wire.messages()[Symbol.asyncIterator]();
    wire.send('PLAY');
    wire.send('e');
    assert.equal(await server.hear(), 'PLAY');
    assert.deepEqual(server.heard, []);
    server.say('WORD 3\n');
    assert.deepEqual((await messages.next()).value, ['WORD 3']);
    assert.equal(await server.hear(), 'e');
    server.say('AT 1 3\ne _ e\n');
    assert.deepEqual((await messages.next()).value, ['AT 1 3', 'e _ e']);
    wire.end();
    assert.equal((await messages.next()).done, true);
  });

  it('retries a message without an answer, and ignores a duplicate answer', async (t) => {
    const { wire, server } = await start(t, { ...QUICK, tries: 1000 });
    const messages = wire.messages()[Symbol.asyncIterator]();
    wire.send('a');
    assert.equal(await server.hear(), 'a');
    assert.equal(await server.hear(), 'a');
    server.say('MISS 7\n');
    server.say('MISS 7\n');
    assert.deepEqual((await messages.next()).value, ['MISS 7']);
    wire.send('b');
    await eventually('the next message', () => server.heard.includes('b') || undefined);
    server.say('MISS 6\n');
    assert.deepEqual((await messages.next()).value, ['MISS 6']);
  });

  it('fails after the last try, but not while it is leaving', async (t) => {
    const lost = await start(t, QUICK);
    lost.wire.send('PLAY');
    await assert.rejects(lost.wire.messages()[Symbol.asyncIterator]().next(), StartError);
    for (let tries = 0; tries < QUICK.tries; tries++)
      assert.equal(await lost.server.hear(), 'PLAY');
    assert.deepEqual(lost.server.heard, []);
    const leaving = await start(t, QUICK);
    leaving.wire.send('QUIT');
    leaving.wire.end();
    assert.equal((await leaving.wire.messages()[Symbol.asyncIterator]().next()).done, true);
  });
});

async function start(t: TestContext, patience: typeof QUICK) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server = new DatagramServer(socket);
  t.after(() => void socket.close());
  const wire = await connectDatagrams({ host: '127.0.0.1', port: socket.address().port }, patience);
  t.after(() => wire.destroy());
  return { wire, server };
}

class DatagramServer {
  readonly heard: string[] = [];
  readonly #socket: Socket;
  #peer: RemoteInfo | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (message, peer) => {
      this.heard.push(message.toString());
      this.#peer = peer;
    });
  }

  hear(): Promise<string> {
    return eventually('a datagram', () => this.heard.shift());
  }

  say(text: string): void {
    if (this.#peer) this.#socket.send(text, this.#peer.port, this.#peer.address);
  }
}
