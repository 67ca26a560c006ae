/** hello and greet: one or two messages, then the server closes. hello also closes after a silence. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer, startServer, type RunningServer } from '../support/server.js';

const PAGE = 'HTTP/1.0 200 OK\r\nContent-type: text/html\r\n\r\n<h1>Hello World</h1>';
const BROWSER =
  'GET / HTTP/1.1\r\nHost: localhost:15000\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html,*/*\r\n\r\n';

underEveryModel('hello', (model) => {
  const server = sharedServer({ service: 'hello', model });

  it('answers Hello Yourself, then Goodbye, and closes', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello World', 'Hello Yourself');
    await client.exchange('anything', 'Goodbye');
    await client.expectEnd();
  });

  it('treats a single byte as a message', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('H', 'Hello Yourself');
    await client.exchange('\0', 'Goodbye');
    await client.expectEnd();
  });

  it('treats a chunk as a message', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello World\nHello again\n', 'Hello Yourself');
    client.halfClose();
    await client.expectEnd();
  });

  it('sends nothing to a client that sends nothing', async (t) => {
    const client = await connectClient(t, server);
    client.halfClose();
    await client.expectEnd();
  });

  for (const [who, request] of [
    ['a browser', BROWSER],
    ['a HEAD request', 'HEAD /x HTTP/1.0\r\n\r\n'],
    ['a POST with a body', 'POST /form HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b'],
  ] as const) {
    it(`sends ${who} its page and closes`, async (t) => {
      const client = await connectClient(t, server);
      await client.exchange(request, PAGE);
      await client.expectEnd();
    });
  }

  it('treats a text that only mentions HTTP as a message', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('do you speak HTTP/1.1?', 'Hello Yourself');
  });
});

underEveryModel('hello --goodbye', (model) => {
  const settings = { service: 'hello', model, logLevel: 'info' } as const;
  const server = sharedServer({ ...settings, options: { goodbyeMs: 50 } });
  const closedBy = async (client: Client, running: RunningServer) =>
    (await running.logLine('closed', { peer: `127.0.0.1:${client.localPort ?? 0}` })).reason;

  it('says Goodbye to a client that waits in recv, and closes', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello World', 'Hello Yourself');
    await client.expect('Goodbye');
    await client.expectEnd();
    assert.equal(await closedBy(client, server), 'done');
  });

  it('waits for the first message without limit', async (t) => {
    const client = await connectClient(t, server);
    await client.expectSilence();
    await client.expectSilence();
    await client.exchange('Hello World', 'Hello Yourself');
  });

  it('leaves a client that closes first, or is idle first, to that', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello World', 'Hello Yourself');
    client.halfClose();
    await client.expectEnd();
    assert.equal(await closedBy(client, server), 'end');
    const strict = await startServer(t, { ...settings, idleMs: 50 });
    const idle = await connectClient(t, strict);
    await idle.exchange('Hello World', 'Hello Yourself');
    await idle.expectEnd();
    assert.equal(await closedBy(idle, strict), 'idle');
  });

  it('has no limit with 0, and a stop does not wait for the second message', async (t) => {
    for (const goodbyeMs of [0, 600_000]) {
      const stopping = await startServer(t, { ...settings, options: { goodbyeMs } });
      const client = await connectClient(t, stopping);
      await client.exchange('Hello World', 'Hello Yourself');
      await client.expectSilence();
      await stopping.server.stop('test');
      await client.expectEnd();
      assert.equal(await closedBy(client, stopping), 'stopped');
    }
  });
});

underEveryModel('greet', (model) => {
  const server = sharedServer({ service: 'greet', model });

  it('answers one message and closes', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Hello, world', 'Hello in return!');
    await client.expectEnd();
  });

  it('answers once when single bytes come one after the other', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('H', 'Hello in return!');
    await client.expectEnd();
  });

  it('answers a client that has closed its side', async (t) => {
    const client = await connectClient(t, server);
    client.send('Hello');
    client.halfClose();
    await client.expect('Hello in return!');
    await client.expectEnd();
  });

  it('sends nothing to a client that sends nothing', async (t) => {
    const client = await connectClient(t, server);
    client.halfClose();
    await client.expectEnd();
  });
});
