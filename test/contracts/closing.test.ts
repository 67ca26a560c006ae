/**
 * A server that ends a conversation while its client is still sending. Closing over unread bytes
 * makes the kernel send a reset, which can destroy the answer on its way. So the server reads on
 * for a while: the client sees its answer and an orderly end.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient, type Client } from '../support/client.js';
import { coverThreads } from '../support/environment.js';
import { underEveryWay } from '../support/models.js';
import { startServer, type Cleanup } from '../support/server.js';
import type { HandOffWay, ModelName } from '../../src/serving/host.js';

coverThreads();

/** More than one recv takes: the service sees only the first part. */
const A_LITTLE_MORE = Buffer.alloc(70_000, 'x');
/** The server's turn of the loop in which it would close. */
const PAUSE_MS = 20;

const closing = [
  { service: 'greet', answer: 'Hello in return!', options: {} },
  { service: 'hello', answer: 'Hello YourselfGoodbye', options: {} },
  { service: 'count', answer: 'ERR line too long\n', options: {} },
  { service: 'work', answer: 'ERR line too long\n', options: {} },
];

underEveryWay('a service that closes first', (model, handOff) => {
  for (const { service, answer, options } of closing) {
    it(`lets the client of ${service} read its answer and an orderly end`, async (t) => {
      const client = await overtalkativeClient(t, { model, handOff }, service, options);
      await client.expect(answer);
      await client.expectEnd();
      await client.expectCleanClose();
    });
  }

  for (const [service, options] of [
    ['count', {}],
    ['count', { framing: 'chunk' }],
    ['chat', {}],
    ['hangman', {}],
    ['quiz', {}],
    ['tictactoe', {}],
  ] as const) {
    it(`logs that a message to ${service} was too long ${JSON.stringify(options)}`, async (t) => {
      const server = await startServer(t, { model, handOff, service, options, logLevel: 'info' });
      const client = await connectClient(t, server);
      client.send('x'.repeat(4097));
      assert.match((await client.readToEnd()).toString(), /ERR line too long\n$/);
      client.close();
      assert.equal((await server.logLine('closed')).reason, 'too long');
    });
  }

  it('lets a client that pauses within too long a line read why it is refused', async (t) => {
    const client = await connectClient(
      t,
      await startServer(t, { model, handOff, service: 'hangman' }),
    );
    client.send('x'.repeat(4097));
    await client.expect('ERR line too long\n');
    await client.expectEnd();
    await sleep(PAUSE_MS);
    client.send(A_LITTLE_MORE);
    await client.expectCleanClose();
  });

  it('accepts what a client sends after the end, and still closes in order', async (t) => {
    const client = await overtalkativeClient(t, { model, handOff }, 'greet', {});
    await client.expect('Hello in return!');
    await client.expectEnd();
    client.send('and another thing');
    await client.sendOneByOne('and another');
    await client.expectCleanClose();
  });

  it('echoes the first chunk only with --once, and ends in order', async (t) => {
    const client = await overtalkativeClient(t, { model, handOff }, 'echo', { once: true });
    const echoed = await client.readToEnd();
    if (echoed.length === 0 || echoed.length >= A_LITTLE_MORE.length) {
      throw new Error(`echoed ${echoed.length} bytes`);
    }
    await client.expectCleanClose();
  });

  it('closes after a while on a client that neither stops sending nor leaves', async (t) => {
    const client = await overtalkativeClient(t, { model, handOff }, 'greet', {});
    await client.expect('Hello in return!');
    await client.expectEnd();
    await client.untilCutOff();
  });
});

/** A client that has sent more than the service reads, before the service reads anything. */
async function overtalkativeClient(
  t: Cleanup,
  { model, handOff }: { model: ModelName; handOff: HandOffWay | undefined },
  service: string,
  options: { once?: boolean },
): Promise<Client> {
  const server = await startServer(t, {
    model,
    handOff,
    service,
    options,
    threads: { most: 1 },
    graceMs: 0,
  });
  // The event loop shares its thread with this test, so the bytes arrive first in any case.
  const inFront = model === 'event-loop' ? undefined : await connectClient(t, server);
  const client = await connectClient(t, server);
  client.send(A_LITTLE_MORE);
  await client.sent();
  inFront?.close();
  return client;
}
