/**
 * Absolute deadlines: a client that keeps sending, one byte at a time, is never idle and ends all
 * the same. A client that is merely slow between its lines does not.
 */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer, type RunningServer } from '../support/server.js';
import { readAnswer } from '../support/http.js';

const LIMIT_MS = 250;
/** Far more often than the deadline, so that no timer of silence can end the client. */
const TRICKLE_MS = 25;
const MORE_THAN_BUFFERS_MB = 12;

/** Sends the bytes again and again, and then closes with the test. */
function trickle(t: TestContext, client: Client, bytes = 'x'): void {
  const pulse = setInterval(() => client.send(bytes), TRICKLE_MS);
  t.after(() => clearInterval(pulse));
}

async function closedBy(server: RunningServer, client: Client): Promise<unknown> {
  const { reason } = await server.logLine('closed', {
    peer: `127.0.0.1:${client.localPort ?? 0}`,
  });
  return reason;
}

underEveryModel('an absolute deadline', (model) => {
  const settings = { model, logLevel: 'info' } as const;
  const short = (name: 'loginMs' | 'lineMs' | 'requestMs' | 'sendMs') => ({
    ...settings,
    deadlines: { [name]: LIMIT_MS },
  });
  const hangman = sharedServer({ ...short('lineMs'), service: 'hangman' });
  const chat = sharedServer({ ...short('loginMs'), service: 'chat' });
  const chatLines = sharedServer({ ...short('lineMs'), service: 'chat' });
  const hii = sharedServer({ ...short('loginMs'), service: 'chat', options: { dialect: 'hii' } });
  const quiz = sharedServer({ ...short('loginMs'), service: 'quiz' });
  const tictactoe = sharedServer({ ...short('loginMs'), service: 'tictactoe' });
  const count = sharedServer({ ...short('loginMs'), service: 'count' });
  const web = sharedServer({ ...short('requestMs'), service: 'web' });
  const echo = sharedServer({ ...short('sendMs'), service: 'echo' });

  it('ends a client whose line does not end, and says why', async (t) => {
    const client = await connectClient(t, hangman);
    trickle(t, client);
    assert.match((await client.readToEnd()).toString(), /ERR the line took too long\n$/);
    assert.equal(await closedBy(hangman, client), 'line deadline');
  });

  it('begins anew with each line, however often a chunk ends one and begins the next', async (t) => {
    const client = await connectClient(t, chatLines);
    await client.expect('Hello, this is the chat.\nWho are you?\n');
    await client.exchange('ann\n', 'Welcome ann, type /help for help\n');
    for (const endMs = performance.now() + 2 * LIMIT_MS; performance.now() < endMs;) {
      client.send('/wh');
      await client.expectSilence();
      client.send('o\n/who\n');
      assert.match(await client.readLine(), /ann/);
      assert.match(await client.readLine(), /ann/);
    }
    trickle(t, client);
    assert.match((await client.readToEnd()).toString(), /ERR the line took too long\n$/);
    assert.equal(await closedBy(chatLines, client), 'line deadline');
  });

  it('ends a client that does not say who it is, whatever else it says', async (t) => {
    const services = [
      [chat, 'o'],
      [quiz, 'RANKING\n'],
      [tictactoe, 'AGAIN\n'],
      [count, '\n'],
    ] as const;
    const ended = services.map(async ([server, line]) => {
      const client = await connectClient(t, server);
      trickle(t, client, line);
      const seen = (await client.readToEnd()).toString();
      assert.match(seen, /ERR you took too long to say who you are\n$/);
      assert.equal(await closedBy(server, client), 'login deadline');
    });
    const client = await connectClient(t, hii);
    await client.expect('Hii');
    await client.expectEnd();
    assert.equal(await closedBy(hii, client), 'login deadline');
    await Promise.all(ended);
  });

  it('is over for a client that has said who it is', async (t) => {
    const player = await connectClient(t, quiz);
    await player.exchange('GUEST ann\n', 'OK welcome, guest ann\n');
    await new Promise((resolve) => setTimeout(resolve, 2 * LIMIT_MS));
    player.send('QUIT\n');
    await player.expect('OK goodbye\n');
    await player.expectEnd();
    assert.equal(await closedBy(quiz, player), 'done');
  });

  it('answers 408 to a request that does not end, in its head or in its body', async (t) => {
    for (const begun of [
      'GET / HTTP/1.1\r\nX-A: ',
      'GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 999\r\n\r\n',
    ]) {
      const client = await connectClient(t, web);
      client.send(begun);
      trickle(t, client);
      const { status } = await readAnswer(client);
      assert.equal(status, 408);
      await client.expectEnd();
      assert.equal(await closedBy(web, client), 'request deadline');
    }
  });

  it('ends a client that reads less of its answer than 64 KiB in the time', async (t) => {
    const client = await connectClient(t, echo);
    client.pause();
    client.send(Buffer.alloc(MORE_THAN_BUFFERS_MB * 1_000_000));
    const pulse = setInterval(() => {
      client.resume();
      setImmediate(() => client.pause());
    }, 2 * LIMIT_MS);
    t.after(() => clearInterval(pulse));
    assert.equal(await closedBy(echo, client), 'send deadline');
  });
});
