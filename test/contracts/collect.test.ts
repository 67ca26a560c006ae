/**
 * collect: reads to the end of the stream, logs one record, and sends a half-closed client the
 * total.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

underEveryModel('collect', (model) => {
  const server = sharedServer({ service: 'collect', model, logLevel: 'debug' });

  it('sends nothing until the stream ends, then OK and the number of bytes', async (t) => {
    const client = await connectClient(t, server);
    await client.sendOneByOne('one by one');
    client.send(Buffer.alloc(100_000));
    client.halfClose();
    await client.expect('OK 100010\n');
    await client.expectEnd();
  });

  it('counts bytes, not characters', async (t) => {
    const client = await connectClient(t, server);
    client.send('žluť');
    client.halfClose();
    await client.expect('OK 6\n');
    await client.expectEnd();
  });

  it('answers OK 0 to a client that sends nothing', async (t) => {
    const client = await connectClient(t, server);
    client.halfClose();
    await client.expect('OK 0\n');
    await client.expectEnd();
  });

  it('logs the pieces as they were received, and their total', async (t) => {
    const client = await connectClient(t, server);
    const { connection } = await server.logLine('accepted', {
      peer: `127.0.0.1:${client.localPort ?? 0}`,
    });
    client.send('first');
    await server.logLine('received', { connection, bytes: 5 });
    client.send('second\n');
    await server.logLine('received', { connection, bytes: 7 });
    client.halfClose();
    await client.expect('OK 12\n');
    const { bytes, count, pieces, complete } = await server.logLine('collected', { connection });
    assert.deepEqual(
      { bytes, count, pieces, complete },
      { bytes: 12, count: 2, pieces: ['first', 'second\n'], complete: true },
    );
  });

  it('logs a record also when the client has closed both sides', async (t) => {
    const client = await connectClient(t, server);
    client.send('and gone: '.repeat(3));
    client.close();
    const { pieces } = await server.logLine('collected', { bytes: 30 });
    assert.deepEqual(pieces, ['and gone: and gone: and gone: ']);
  });

  it('fits the record of a long message into one log line, and marks it as incomplete', async (t) => {
    const client = await connectClient(t, server);
    client.send('\u0001'.repeat(54_321));
    client.halfClose();
    await client.expect('OK 54321\n');
    const line = await server.logLine('collected', { bytes: 54_321 });
    assert.equal(line.complete, false);
    assert.ok(JSON.stringify(line).length < 8192);
  });
});
