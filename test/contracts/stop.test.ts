/**
 * A stopped server: idle clients end, answers in progress are still sent, and nothing takes longer
 * than the grace.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { coverThreads } from '../support/environment.js';
import { fixture } from '../support/handoff.js';
import { threadsAccept } from '../../src/serving/hand-off.js';
import { isConcurrent, limitsClients, underEveryWay } from '../support/models.js';
import { startServer } from '../support/server.js';

coverThreads();

/** More than all buffers between client and server hold. */
const MORE_THAN_BUFFERS = 12_000_000;

underEveryWay('a stop', (model, handOff) => {
  it('ends an idle client, and logs that', async (t) => {
    const server = await startServer(t, { model, handOff, logLevel: 'info' });
    const client = await connectClient(t, server);
    await client.exchange('before', 'before');
    const stopped = server.server.stop('test');
    await client.expectEnd();
    await stopped;
    assert.equal((await server.logLine('closed')).reason, 'stopped');
    assert.deepEqual(
      server.log().flatMap(({ msg }) => (/^(stop|closed)/.test(msg) ? msg : [])),
      ['stopping', 'closed', 'stopped'],
    );
  });

  it('ends a client that has never sent anything', async (t) => {
    const server = await startServer(t, { model, handOff, logLevel: 'info' });
    const client = await connectClient(t, server);
    await server.logLine('accepted');
    await server.stop();
    await client.expectEnd();
  });

  it('waits for a client in mid-answer, which gets its answer', async (t) => {
    const server = await startServer(t, { model, handOff, service: 'work' });
    const client = await connectClient(t, server);
    client.send('work 0\nsleep 200\n');
    await client.expect('done 0\n');
    const stopped = server.stop();
    await client.expect('done 200\n');
    await client.expectEnd();
    await stopped;
  });

  it('answers everything that had arrived before it', async (t) => {
    const server = await startServer(t, { model, handOff, service: 'work' });
    const client = await connectClient(t, server);
    client.send('work 0\nsleep 50\nwork 1\nsleep 2\nnonsense\n');
    await client.expect('done 0\n');
    const stopped = server.stop();
    await client.expect('done 50\ndone 1\ndone 2\n');
    assert.match(await client.readLine(), /^ERR ./);
    await client.expectEnd();
    await stopped;
  });

  it('aborts an answer that takes longer than the grace', async (t) => {
    const server = await startServer(t, {
      model,
      handOff,
      service: fixture('trouble'),
      graceMs: 30,
      logLevel: 'info',
    });
    const client = await connectClient(t, server);
    client.send('echo before\nhang\n');
    await client.expect('before\n');
    // The answer never comes, so a stop that waited for it would never end.
    await server.server.stop('test');
    await client.expectOver();
    assert.equal((await server.logLine('closed')).reason, 'stopped');
  });

  it('disconnects a client that does not read its answer', async (t) => {
    const server = await startServer(t, { model, handOff, graceMs: 30, logLevel: 'info' });
    const client = await connectClient(t, server);
    client.pause();
    client.send(Buffer.alloc(MORE_THAN_BUFFERS));
    await client.stalled();
    await server.server.stop('test');
    assert.equal((await server.logLine('closed')).reason, 'stopped');
  });

  if (threadsAccept(handOff)) {
    it('counts the clients that still wait in the kernel, which resets them', async (t) => {
      const threads = { most: 1 };
      const server = await startServer(t, { model, handOff, threads, logLevel: 'info' });
      const served = await connectClient(t, server);
      await served.exchange('me first', 'me first');
      const waiting = await connectClient(t, server);
      const stopped = server.server.stop('test');
      await served.expectEnd();
      await waiting.expectOver();
      await stopped;
      assert.equal((await server.logLine('connections reset')).connections, 1);
      assert.equal(server.log().filter(({ msg }) => msg === 'accepted').length, 1);
    });
  } else {
    it('closes the clients in the queue', async (t) => {
      const server = await startServer(t, {
        model,
        handOff,
        threads: { most: 1 },
        logLevel: 'info',
      });
      const served = await connectClient(t, server);
      await served.exchange('me first', 'me first');
      const waiting = await connectClient(t, server);
      if (!limitsClients(model)) await waiting.exchange('me too', 'me too');
      else {
        // Unread bytes must not cause a reset.
        waiting.send('and me?');
        await server.logLine('queued');
      }
      const stopped = server.stop();
      await served.expectEnd();
      await waiting.expectEnd();
      waiting.close();
      await stopped;
    });
  }

  it('refuses new clients', async (t) => {
    const server = await startServer(t, { model, handOff });
    await server.stop();
    const [error] = (await once(connect(server.port, '127.0.0.1'), 'error')) as [
      NodeJS.ErrnoException,
    ];
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('happens once, however often stop is called', async (t) => {
    const { server } = await startServer(t, { model, handOff, threads: { warm: 1 } });
    const first = server.stop('once');
    assert.equal(server.stop('twice'), first);
    await first;
    assert.equal(server.stop('after the end'), first);
  });

  if (isConcurrent(model, handOff)) {
    it('ends several clients in different states', async (t) => {
      const threads = { most: 3 };
      const server = await startServer(t, { model, handOff, threads, service: 'work' });
      const [silent, half, asleep] = [
        await connectClient(t, server),
        await connectClient(t, server),
        await connectClient(t, server),
      ];
      await half.exchange('work 0\n', 'done 0\n');
      half.send('wor');
      asleep.send('work 0\nsleep 100\n');
      await asleep.expect('done 0\n');
      const stopped = server.stop();
      await silent.expectEnd();
      await half.expectEnd();
      await asleep.expect('done 100\n');
      await asleep.expectEnd();
      await stopped;
    });
  }
});
