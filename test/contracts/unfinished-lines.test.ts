/**
 * Clients that send no newline: what they get by `--framing auto`, and the hint without it.
 */
import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { startHandoff } from '../support/handoff.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer, startServer, type RunningServer } from '../support/server.js';

const HINT = '(waiting for the end of your line: press Enter, or end messages with a newline)\n';
const GREETING = 'Hello, this is the chat.\nWho are you?\n';
/** Less than the silence that ends a message, and than the time to the hint. */
const MORE_THAN_HINT_MS = 2500;
const MORE_THAN_SILENCE_MS = 400;

async function connected(t: TestContext, server: RunningServer) {
  const client = await connectClient(t, server);
  const peer = `127.0.0.1:${client.localPort ?? 0}`;
  const { connection } = await server.logLine('accepted', { peer });
  return { client, connection };
}

underEveryModel('--framing auto', (model) => {
  const auto = { model, options: { framing: 'auto' } } as const;
  const work = sharedServer({ ...auto, service: 'work' });
  const chat = sharedServer({ ...auto, service: 'chat' });
  const tictactoe = sharedServer({ ...auto, service: 'tictactoe' });

  it('takes a message without an end, and lines as ever', async (t) => {
    const client = await connectClient(t, work);
    await client.exchange('work 0', 'done 0\n');
    await client.exchange('sleep 1\r\nwork 0\n', 'done 1\ndone 0\n');
    await client.exchange('work 0\nsleep 1', 'done 0\ndone 1\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('takes a message that arrives in pieces as one', async (t) => {
    const client = await connectClient(t, work);
    await client.sendOneByOne('sleep 1');
    await client.expect('done 1\n');
  });

  it('takes the end of a message that comes late for its end', async (t) => {
    const client = await connectClient(t, work);
    await client.exchange('work 0', 'done 0\n');
    await client.exchange('\r\nsleep 1\n', 'done 1\n');
  });

  it('takes a last message at the end of the stream at once', async (t) => {
    const client = await connectClient(t, work);
    client.send('sleep 1');
    client.halfClose();
    await client.expect('done 1\n');
    await client.expectEnd();
  });

  it('ignores the padding of a client that sends a whole buffer without an end', async (t) => {
    const client = await connectClient(t, work);
    const padded = Buffer.alloc(1024);
    padded.write('work 0');
    await client.exchange(padded, 'done 0\n');
    await client.exchange(padded, 'done 0\n');
  });

  it('serves a Python prompt in the services that people talk to', async (t) => {
    const ann = await connectClient(t, chat);
    await ann.expect(GREETING);
    await ann.exchange('ann', 'Welcome ann, type /help for help\n');
    ann.send('/who');
    assert.match(await ann.readLine(), /ann/);
    const player = await connectClient(t, tictactoe);
    await player.exchange('Ada', 'Welcome Ada\n');
    player.send('QUIT');
    await player.expectEnd();
  });

  it('is ended by a deadline all the same', async (t) => {
    const strict = await startServer(t, {
      ...auto,
      service: 'work',
      deadlines: { lineMs: 100 },
      logLevel: 'info',
    });
    const { client, connection } = await connected(t, strict);
    client.send('work 0');
    await client.expect('ERR the line took too long\n');
    await client.expectEnd();
    assert.equal((await strict.logLine('closed', { connection })).reason, 'line deadline');
  });

  it('looks once more for the rest after the process was stopped', async (t) => {
    const server = await startHandoff(t, [
      ...['work', '--framing', 'auto', '--model', model],
      ...['--log-level', 'debug'],
    ]);
    const client = await connectClient(t, server);
    client.send('sle');
    await server.log.next('received');
    server.signal('SIGSTOP');
    client.send('ep 1\n');
    await new Promise((resolve) => setTimeout(resolve, MORE_THAN_SILENCE_MS));
    server.signal('SIGCONT');
    await client.expect('done 1\n');
    assert.equal((await server.stop()).status, 0);
  });
});

underEveryModel('a client that does not end its line', (model) => {
  const settings = { model, logLevel: 'info' } as const;
  const told = ['chat', 'quiz', 'hangman', 'tictactoe'];
  const servers = [...told, 'work', 'count'].map((service) => ({
    service,
    server: sharedServer({ ...settings, service }),
  }));
  const strict = sharedServer({
    ...settings,
    service: 'hangman',
    deadlines: { lineMs: MORE_THAN_HINT_MS },
  });

  it('gets a hint where people talk to the service, and the log has one everywhere', async (t) => {
    const hinted = servers.map(async ({ service, server }) => {
      const { client, connection } = await connected(t, server);
      if (service === 'chat') await client.expect(GREETING);
      client.send('al');
      if (told.includes(service)) await client.expect(HINT);
      const { remedy } = await server.logLine('line unfinished', { connection });
      assert.match(String(remedy), /--framing auto/);
      client.expectNothingYet();
    });
    await Promise.all(hinted);
  });

  it('gets it once, and its line is used when it ends', async (t) => {
    const { client } = await connected(t, strict);
    const late = 'ERR the line took too long\n';
    client.send('PL');
    await client.expect(HINT);
    client.send('AY\n');
    assert.match(await client.readLine(), /^WORD \d+$/);
    await client.exchange('a', late);
    await client.expectEnd();
    assert.equal(strict.log().filter(({ msg }) => msg === 'line unfinished').length, 1);
  });
});

underEveryModel('a last line without an end', (model) => {
  const chat = sharedServer({ model, service: 'chat', logLevel: 'info' });

  /** A client that has joined and sent a half line, which the server has read. */
  async function halfway(t: TestContext, name: string) {
    const server = await startServer(t, { model, service: 'chat', logLevel: 'debug' });
    const { client, connection } = await connected(t, server);
    await client.expect(GREETING);
    client.send(name);
    await server.logLine('received', { connection, bytes: name.length });
    return { client, connection, server };
  }

  const joinedIn = (server: RunningServer) => server.log().some(({ msg }) => msg === 'joined');

  it('counts if the client has ended its side', async (t) => {
    const { client, connection } = await connected(t, chat);
    await client.expect(GREETING);
    client.send('ann\n/who');
    client.halfClose();
    await client.expect('Welcome ann, type /help for help\n');
    assert.match(await client.readLine(), /ann/);
    await client.expectEnd();
    assert.equal((await chat.logLine('closed', { connection })).reason, 'end');
  });

  it('does not count if the client was reset', async (t) => {
    const { client, connection, server } = await halfway(t, 'ann');
    client.reset();
    assert.equal((await server.logLine('closed', { connection })).reason, 'reset');
    assert.ok(!joinedIn(server));
  });

  it('does not count if the server stops', async (t) => {
    const { client, connection, server } = await halfway(t, 'ann');
    await server.server.stop('test');
    await client.expectEnd();
    assert.equal((await server.logLine('closed', { connection })).reason, 'stopped');
    assert.ok(!joinedIn(server));
  });
});

underEveryModel('a half move at the end of the stream', (model) => {
  if (model === 'iterative') return;
  const server = sharedServer({ model, service: 'tictactoe' });

  async function introduced(t: TestContext, name: string): Promise<Client> {
    const client = await connectClient(t, server);
    await client.exchange(`${name}\n`, `Welcome ${name}\n`);
    return client;
  }

  it('is a move, after which the player has left; a reset leaves only that', async (t) => {
    for (const isReset of [false, true]) {
      const [x, o] = [await introduced(t, 'Xenia'), await introduced(t, 'Otto')];
      assert.match(await o.readLine(), /^init@\d+ Xenia Otto$/);
      x.send('5');
      if (isReset) {
        await x.readLine();
        x.reset();
      } else {
        x.halfClose();
      }
      if (!isReset) assert.equal(await o.readLine(), 'MOVE X 5');
      for (let line = await o.readLine(); ; line = await o.readLine()) {
        assert.doesNotMatch(line, /^ERR/);
        if (line.startsWith('GameEnd')) {
          assert.equal(line, 'GameEnd O wins by forfeit');
          break;
        }
      }
      o.close();
    }
  });
});
