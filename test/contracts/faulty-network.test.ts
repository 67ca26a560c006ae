/**
 * A line service and a web request through a faulty network: a part of what
 * test/faults/faulty-network.test.ts asserts for every service and more faults.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { startFaultyNetwork } from '../support/faulty-network.js';
import { get, readAnswer } from '../support/http.js';
import { underEveryModel } from '../support/models.js';
import { startServer } from '../support/server.js';

underEveryModel('behind a faulty network', (model) => {
  it('work answers lines that come in slices of one byte, and late', async (t) => {
    const server = await startServer(t, { model, service: 'work' });
    const network = await startFaultyNetwork(t, server);
    for (const faults of [network.toServer, network.toClient])
      Object.assign(faults, { sliceBytes: 1, latencyMs: 10, jitterMs: 10 });
    const client = await connectClient(t, network);
    await client.exchange('work 0\r\nsleep 1\n', 'done 0\ndone 1\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('web outlives a reset in the middle of a request', async (t) => {
    const server = await startServer(t, { model, service: 'web', logLevel: 'debug' });
    const network = await startFaultyNetwork(t, server);
    const client = await connectClient(t, network);
    client.send('GET / HTTP/1.1\r\nHo');
    const { connection } = await server.logLine('received');
    network.reset();
    assert.equal((await server.logLine('closed', { connection })).reason, 'reset');
    const next = await connectClient(t, network);
    next.send(get('/no-such-file'));
    assert.equal((await readAnswer(next)).status, 404);
  });
});
