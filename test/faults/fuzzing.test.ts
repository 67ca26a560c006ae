/**
 * Random bytes for every service under every model. FUZZ_SEED repeats a run; each test prints the
 * seed that it has used.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { listServices } from '../../src/services/catalogue.js';
import { connectClient, type Client } from '../support/client.js';
import { startHandoff, temporaryDirectory, type ServerProcess } from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import { Random } from '../support/random.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
const CLIENTS = 30;
const AT_ONCE = 6;

/** What a good client sends, and how the answer begins. */
const GOOD: Readonly<Record<string, readonly [string, RegExp]>> = {
  capitalize: ['abc', /^ABC/],
  chat: ['good\n', /^Hello, this is the chat\./],
  collect: ['abc', /^OK 3/],
  count: ['Al\n', /^Al0/],
  date: ['%%', /^%/],
  daytime: ['', /^\d{4}-/],
  echo: ['ping', /^ping/],
  greet: ['hi', /^Hello in return!/],
  hangman: ['PLAY\n', /^WORD \d/],
  hello: ['Hello World', /^Hello Yourself/],
  quiz: ['GUEST good\n', /^OK welcome, guest good/],
  tictactoe: ['AGAIN\n', /^ERR your name is expected first/],
  web: ['GET /none HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 404/],
  work: ['sleep 1\n', /^done 1/],
};

/** Parts of the protocols, so that some of the random bytes come past the first check. */
const WORDS = [
  ...['\n', '\r\n', '\r\n\r\n', ' ', '\0', '\r', '%', ':', '/', '?', '\xff\xf4', '\xff\xfb\x1f'],
  ...['/nick ', '/join ', '/kick ', '/msg ', '/who', '/topic ', 'alice', 'bob'],
  ...['PLAY', 'PLAY 3', 'GUEST ', 'ANSWER A', 'RANKING', 'QUIT', 'AGAIN', 'a', 'b 2', '1', '9'],
  ...['GET ', 'HEAD ', '/../', '/%2e%2e/', ' HTTP/1.1\r\n', 'Host: a\r\n', 'Range: bytes=0-'],
  ...['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'work 2', 'sleep 2', '%Y%99c%j'],
];

describe(`random bytes with FUZZ_SEED=${SEED}`, { timeout: 300_000, concurrency: 3 }, () => {
  for (const { name: service } of listServices()) {
    for (const model of MODEL_NAMES) {
      it(`do no harm to ${service} under ${model}, whose next client is served`, async (t) => {
        t.diagnostic(`FUZZ_SEED=${SEED}`);
        const random = new Random(SEED);
        const folder = temporaryDirectory(t);
        const env = { HANDOFF_STORE: ':memory:', HANDOFF_MAX_PAUSE: '0' };
        const args = [service, ...modelOptions(model, 8)];
        const server = await startHandoff(t, args, { env, cwd: folder });
        for (let begun = 0; begun < CLIENTS; begun += AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, () => attack(server, random)));
        }
        const client = await connectClient(t, server);
        await converse(client, GOOD[service] ?? assert.fail(`no good client of ${service}`));
        client.close();
        await server.log.next('closed', { count: CLIENTS + 1 });
        const { status, signal } = await server.stop();
        assert.deepEqual({ status, signal }, { status: 0, signal: null });
        assert.equal(server.stderr, '');
        for (const { level, msg } of server.log.all) assert.notEqual(level, 'error', msg);
      });
    }
  }
});

async function converse(client: Client, [question, answer]: readonly [string, RegExp]) {
  client.send(question);
  client.halfClose();
  assert.match((await client.readToEnd()).toString(), answer);
}

/** Sends random bytes in random pieces and leaves: in order, half, or by a reset. */
function attack({ address }: ServerProcess, random: Random): Promise<void> {
  const pieces = random.cut(randomBytes(random)).slice(0, 200);
  const leaving = random.below(3);
  return new Promise((resolve) => {
    const socket = connect({ ...(address as { port: number }), noDelay: true });
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
    const next = () => {
      const piece = pieces.shift();
      if (piece) socket.write(piece, next);
      else if (leaving === 0) socket.resetAndDestroy();
      else if (leaving === 1) socket.destroy();
      else socket.end();
    };
    socket.once('connect', next);
  });
}

function randomBytes(random: Random): Buffer {
  const parts: Buffer[] = [];
  const most = random.pick([3, 30, 150]);
  for (let count = 1 + random.below(most); count > 0; count--) {
    if (random.below(4) > 0) parts.push(Buffer.from(random.pick(WORDS), 'latin1'));
    else {
      const length = random.pick([1, 5, 50, 5000]);
      parts.push(Buffer.from(Array.from({ length }, () => random.below(256))));
    }
  }
  return Buffer.concat(parts);
}
