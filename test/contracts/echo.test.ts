/** echo: sends back each chunk, byte for byte; with --once only the first. */
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { coverThreads } from '../support/environment.js';
import { isConcurrent, underEveryWay } from '../support/models.js';
import { sharedServer } from '../support/server.js';

coverThreads();

/**
 * More than all buffers between client and server hold, so the server must wait for its client to
 * read.
 */
const MORE_THAN_BUFFERS = 12_000_000;

/** How many are served at the same time, where the model and the way can do that. */
const CLIENTS = 6;

underEveryWay('echo', (model, handOff) => {
  const server = sharedServer({ service: 'echo', model, handOff, threads: { most: CLIENTS } });

  it('sends each message back and nothing else', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello, how are you?', 'Hello, how are you?');
    await client.exchange('\r\n', '\r\n');
    await client.exchange('and you?\n', 'and you?\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('sends nothing before the client does', async (t) => {
    const client = await connectClient(t, server);
    client.halfClose();
    await client.expectEnd();
  });

  it('answers single bytes one by one', async (t) => {
    const client = await connectClient(t, server);
    for (const byte of 'byte by byte') await client.exchange(byte, byte);
    client.halfClose();
    await client.expectEnd();
  });

  it('keeps all bytes when single bytes arrive faster than answers are read', async (t) => {
    const client = await connectClient(t, server);
    await client.sendOneByOne('byte by byte');
    await client.expect('byte by byte');
    client.halfClose();
    await client.expectEnd();
  });

  it('changes no byte, including NUL, invalid UTF-8 and control characters', async (t) => {
    const client = await connectClient(t, server);
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await client.exchange(everyByte, everyByte);
    await client.exchange('\0', '\0');
    await client.exchange(Buffer.of(0xff, 0xc3), Buffer.of(0xff, 0xc3));
  });

  it('answers all of a megabyte whose sender has closed its side', async (t) => {
    const client = await connectClient(t, server);
    const megabyte = randomBytes(1_048_576);
    client.send(megabyte);
    client.halfClose();
    await client.expect(megabyte);
    await client.expectEnd();
  });

  it('waits for a client that reads nothing for a while, and loses nothing', async (t) => {
    const client = await connectClient(t, server);
    const bytes = randomBytes(MORE_THAN_BUFFERS);
    client.pause();
    client.send(bytes);
    client.halfClose();
    await client.stalled();
    if (isConcurrent(model, handOff)) {
      const other = await connectClient(t, server);
      await other.exchange('not disturbed', 'not disturbed');
    }
    client.resume();
    await client.expect(bytes);
    await client.expectEnd();
  });

  it('serves the next client after one has reset while its answer was stuck', async (t) => {
    const rude = await connectClient(t, server);
    rude.pause();
    rude.send(randomBytes(MORE_THAN_BUFFERS));
    await rude.stalled();
    rude.reset();
    const next = await connectClient(t, server);
    await next.exchange('still here', 'still here');
  });

  it('keeps the bytes of many clients separate', async (t) => {
    const clients = await Promise.all(
      Array.from({ length: isConcurrent(model, handOff) ? CLIENTS : 1 }, () =>
        connectClient(t, server),
      ),
    );
    await Promise.all(
      clients.map(async (client, index) => {
        for (let round = 0; round < 50; round++) {
          const token = `client ${index}, round ${round};`;
          await client.exchange(token, token);
        }
      }),
    );
  });
});

underEveryWay('echo --once', (model, handOff) => {
  const server = sharedServer({ service: 'echo', model, handOff, options: { once: true } });

  it('answers one message and closes', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello, how are you?', 'Hello, how are you?');
    await client.expectEnd();
  });

  it('closes without an answer when there is no message', async (t) => {
    const client = await connectClient(t, server);
    client.halfClose();
    await client.expectEnd();
  });

  it('answers a client that has closed its side', async (t) => {
    const client = await connectClient(t, server);
    client.send('once');
    client.halfClose();
    await client.expect('once');
    await client.expectEnd();
  });
});
