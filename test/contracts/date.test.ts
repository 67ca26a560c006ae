/** date and daytime: the time in the client's format or the server's. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

underEveryModel('date', (model) => {
  const server = sharedServer({ service: 'date', model });

  it('answers several formats on one connection, without a newline', async (t) => {
    const client = await connectClient(t, server);
    assert.match(await answer(client, '%Y-%m-%d', 10), /^\d{4}-[01]\d-[0-3]\d$/);
    assert.match(await answer(client, '%H:%M:%S', 8), /^[0-2]\d:[0-5]\d:[0-6]\d$/);
    assert.match(await answer(client, '%f', 6), /^\d{6}$/);
    await client.exchange('100 %%, %%f', '100 %, %f');
    client.halfClose();
    await client.expectEnd();
  });

  it('answers with the present time', async (t) => {
    const client = await connectClient(t, server);
    const beforeS = Math.floor(Date.now() / 1000);
    const answered = Number(await answer(client, '%s', String(beforeS).length));
    assert.ok(answered >= beforeS && answered <= Date.now() / 1000);
  });

  it('answers with a newline only if the message had one', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('no directive\n', 'no directive\n');
    await client.exchange('%%\r\n', '%\r\n');
    await client.exchange('%%', '%');
    client.halfClose();
    await client.expectEnd();
  });

  it('treats single bytes as messages', async (t) => {
    const client = await connectClient(t, server);
    for (const byte of 'date?') await client.exchange(byte, byte);
  });

  it('keeps NUL bytes and replaces invalid UTF-8', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('a\0b', 'a\0b');
    await client.exchange(Buffer.of(0x61, 0xff, 0x62), 'a\ufffdb');
    await client.exchange('%%', '%');
  });

  it('answers a client that has closed its side', async (t) => {
    const client = await connectClient(t, server);
    client.send('%%');
    client.halfClose();
    await client.expect('%');
    await client.expectEnd();
  });
});

underEveryModel('daytime', (model) => {
  const server = sharedServer({ service: 'daytime', model });

  it('sends date and time with microseconds to a client that sends nothing, and closes', async (t) => {
    const client = await connectClient(t, server);
    const beforeMs = Date.now();
    const text = (await client.readToEnd()).toString();
    assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\n$/);
    const toldMs = new Date(text.trim().replace(' ', 'T')).getTime();
    // To the second, since the server's clock and Date's may differ by a fraction of a millisecond.
    assert.ok(Math.abs(toldMs - beforeMs) < 60_000, text);
  });

  it('ignores what the client sends', async (t) => {
    const client = await connectClient(t, server);
    client.send('what time is it?');
    assert.equal((await client.readToEnd()).length, 27);
  });
});

/** The answer to a format: so many bytes, and no more before the answer to the next message. */
async function answer(client: Client, format: string, lengthBytes: number): Promise<string> {
  client.send(format);
  const text = (await client.read(lengthBytes)).toString();
  await client.exchange('|', '|');
  return text;
}
