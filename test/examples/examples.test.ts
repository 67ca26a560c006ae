/** The services in examples/, each under every model, as docs/own-service.md describes them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connectClient } from '../support/client.js';
import { startHandoff } from '../support/handoff.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

const FOLDER = fileURLToPath(new URL('../../../examples/', import.meta.url));
const MOST_LINES = 60;

const example = (name: string) => `${FOLDER}${name}.js`;

describe('an example', () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.js'))) {
    it(`is short, and is explained: ${name}`, () => {
      const lines = readFileSync(`${FOLDER}${name}`, 'utf8').split('\n').length - 1;
      assert.ok(lines < MOST_LINES, `${name} has ${lines} lines`);
      const page = readFileSync(`${FOLDER}../docs/own-service.md`, 'utf8');
      assert.ok(page.includes(`examples/${name}`));
    });
  }
});

underEveryModel('examples/calculator.js', (model) => {
  const server = sharedServer({ service: example('calculator'), model });

  it('answers each sum with its value, and anything else with an error', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('1 + 2 * 3\n', '7\n');
    await client.exchange('2*(3+4) - -1\n', '15\n');
    await client.exchange('1/4\n', '0.25\n');
    for (const wrong of ['', '1 +', '(1', '1)', 'two', '1 2'])
      await client.exchange(`${wrong}\n`, 'ERR not a sum\n');
  });
});

underEveryModel('examples/key-value.js', (model) => {
  const server = sharedServer({ service: example('key-value'), model });

  it('keeps what one client has set for the next', async (t) => {
    const first = await connectClient(t, server);
    await first.exchange('GET city\n', 'ERR no such key\n');
    await first.exchange('SET city New York\n', 'OK\n');
    first.halfClose();
    await first.expectEnd();
    const second = await connectClient(t, server);
    await second.exchange('GET city\n', 'New York\n');
    await second.exchange('DELETE city\n', 'OK\n');
    await second.exchange('DELETE city\n', 'ERR no such key\n');
    second.send('SET city\n');
    assert.match(await second.readLine(), /^ERR expected/);
  });
});

underEveryModel('examples/line-proxy.js', (model) => {
  it('passes lines on and answers back, until the other server is gone', async (t) => {
    const upstream = await startHandoff(t, ['work', '--model', 'event-loop']);
    const { port } = upstream.address as { port: number };
    const env = { UPSTREAM: `127.0.0.1:${port}` };
    const proxy = await startHandoff(t, [example('line-proxy'), '--model', model], { env });
    const client = await connectClient(t, proxy);
    await client.exchange('sleep 1\nwork 1\n', 'done 1\ndone 1\n');
    await upstream.stop();
    await client.exchange('work 1\n', 'ERR the other server is gone\n');
    await client.expectEnd();
  });
});

underEveryModel('examples/job-queue.js', (model) => {
  const server = sharedServer({ service: example('job-queue'), model });

  it('counts primes, for more clients than may compute at a time', async (t) => {
    const count = isConcurrent(model) ? 4 : 1;
    const clients = await Promise.all(
      Array.from({ length: count }, () => connectClient(t, server)),
    );
    for (const client of clients) client.send('PRIMES 100000\n');
    for (const client of clients) await client.expect('9592\n');
    for (const client of clients) {
      await client.exchange('PRIMES 2\n', '0\n');
      client.send('PRIMES 9999999\n');
      assert.match(await client.readLine(), /^ERR expected/);
    }
  });
});

underEveryModel('examples/chat-bot.js', (model) => {
  const server = sharedServer({ service: example('chat-bot'), model });

  it('greets, passes lines on, and counts points', { skip: !isConcurrent(model) }, async (t) => {
    const ann = await connectClient(t, server);
    assert.match(await ann.readLine(), /^bot: hello guest \d+, we are 1$/);
    const bob = await connectClient(t, server);
    assert.match(await bob.readLine(), /^bot: hello guest \d+, we are 2$/);
    ann.send('tea++\n');
    for (const client of [ann, bob]) {
      assert.match(await client.readLine(), /^guest \d+: tea\+\+$/);
      assert.equal(await client.readLine(), 'bot: tea has 1');
    }
    bob.send('!karma coffee\n');
    assert.match(await ann.readLine(), /^guest \d+: !karma coffee$/);
    assert.equal(await ann.readLine(), 'bot: coffee has 0');
    bob.halfClose();
    assert.match(await ann.readLine(), /^bot: guest \d+ left$/);
  });
});
