/**
 * The idle timeout disconnects a client that sends nothing while the service waits for it; it does
 * not run while a client sends, or waits for an answer.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { fixture } from '../support/handoff.js';
import { isConcurrent, underEveryWay } from '../support/models.js';
import { sharedServer, startServer } from '../support/server.js';

const IDLE_MS = 200;
const MORE_THAN_BUFFERS = 12_000_000;

underEveryWay('the idle timeout', (model, handOff) => {
  const echo = sharedServer({ model, handOff, idleMs: IDLE_MS, logLevel: 'info' });
  const work = sharedServer({ model, handOff, idleMs: 50, service: 'work' });

  it('disconnects a client that never sends', async (t) => {
    const client = await connectClient(t, echo);
    await client.expectEnd();
    const { reason } = await echo.logLine('closed', { peer: `127.0.0.1:${client.localPort ?? 0}` });
    assert.equal(reason, 'idle');
  });

  it('disconnects a client that stops in the middle of a line', async (t) => {
    const client = await connectClient(t, work);
    await client.exchange('work 0\n', 'done 0\n');
    client.send('wor');
    await client.expectEnd();
  });

  it('does not disconnect a client that keeps sending', async (t) => {
    const client = await connectClient(t, echo);
    for (const endMs = performance.now() + 2 * IDLE_MS; performance.now() < endMs;) {
      await client.exchange('still here', 'still here');
    }
    client.halfClose();
    await client.expectEnd();
  });

  it('does not run while the client waits for its answer', async (t) => {
    const client = await connectClient(t, work);
    await client.exchange('sleep 170\n', 'done 170\n');
    await client.expectEnd();
  });

  it('disconnects a client that does not read its answer', async (t) => {
    const client = await connectClient(t, echo);
    client.pause();
    client.send(Buffer.alloc(MORE_THAN_BUFFERS));
    const { reason } = await echo.logLine('closed', { peer: `127.0.0.1:${client.localPort ?? 0}` });
    assert.equal(reason, 'idle');
  });

  it('runs for a client that sends nothing, whatever other clients send it', async (t) => {
    const service = fixture('ticker');
    const ticker = await startServer(t, {
      model,
      handOff,
      idleMs: IDLE_MS,
      service,
      logLevel: 'info',
    });
    const client = await connectClient(t, ticker);
    await client.expectOver();
    assert.equal((await ticker.logLine('closed')).reason, 'idle');
  });

  if (isConcurrent(model, handOff)) {
    it('is separate for each client', async (t) => {
      const idle = await connectClient(t, echo);
      const talking = await connectClient(t, echo);
      const seen = { end: false };
      const idleEnded = idle.expectEnd().then(() => {
        seen.end = true;
      });
      while (!seen.end) await talking.exchange('still here', 'still here');
      await idleEnded;
      await talking.exchange('and still here', 'and still here');
    });
  } else {
    it('lets the next client be served', async (t) => {
      const silent = await connectClient(t, echo);
      const next = await connectClient(t, echo);
      await next.exchange('at last', 'at last');
      await silent.expectEnd();
    });
  }
});
