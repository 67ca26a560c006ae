/**
 * The chats of exercise 1.2 and of the tutorial. Under the iterative model there is only one client
 * at a time, so the tests with several clients run under the other two.
 */
import assert from 'node:assert/strict';
import { join as joinPath } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connectClient, type Client } from '../support/client.js';
import { temporaryDirectory } from '../support/handoff.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer, startServer, type RunningServer } from '../support/server.js';

const QUESTION = 'Who are you?\n';
const GREETING = `Hello, this is the chat.\n${QUESTION}`;
const welcome = (name: string) => `Welcome ${name}, type /help for help\n`;

async function join(t: TestContext, server: RunningServer, name: string): Promise<Client> {
  const client = await connectClient(t, server);
  await client.expect(GREETING);
  await client.exchange(`${name}\n`, welcome(name));
  return client;
}

/** Joins the clients one after the other; each has received the arrivals of the later ones. */
async function joinAll(
  t: TestContext,
  server: RunningServer,
  names: readonly string[],
): Promise<Client[]> {
  const clients: Client[] = [];
  for (const name of names) {
    const client = await join(t, server, name);
    for (const other of clients)
      await other.expect(`* ${name} joined (${clients.length + 1} here)\n`);
    clients.push(client);
  }
  return clients;
}

async function leave(client: Client): Promise<void> {
  client.send('/quit\n');
  await client.expectEnd();
}

underEveryModel('the chat', (model) => {
  const start = (t: TestContext) => startServer(t, { service: 'chat', model });

  it('greets, asks for an identification, and welcomes the client by it', async (t) => {
    await leave(await join(t, await start(t), 'alice'));
  });

  it('asks again when the identification is empty or not allowed, three times', async (t) => {
    const client = await connectClient(t, await start(t));
    await client.expect(GREETING);
    await client.exchange('\n', `ERR a name is expected\n${QUESTION}`);
    await client.exchange('a b\n', `ERR a name has no spaces\n${QUESTION}`);
    await client.exchange('a\u202eb\n', 'ERR a name has no control or invisible characters\n');
    await client.expectEnd();
  });

  it('answers an unknown command, or a missing argument, with one line', async (t) => {
    const client = await join(t, await start(t), 'alice');
    await client.exchange('/foo\n', 'ERR there is no command /foo, see /help\n');
    await client.exchange('/toString\n', 'ERR there is no command /toString, see /help\n');
    await client.exchange('/join\n', 'ERR usage: /join room\n');
    await client.exchange('/msg alice\n', 'ERR usage: /msg name text\n');
    await client.exchange('/kick nobody\n', 'ERR there is no nobody in this room\n');
    await client.exchange('/who\n', '* alice (operator)\n');
    await leave(client);
  });

  it('keeps a member in its room when it joins that room again', async (t) => {
    const client = await join(t, await start(t), 'alice');
    await client.exchange('/topic cats\n', '* alice set the topic: cats\n');
    await client.exchange('/join lobby\n', '* you are in lobby (1 here): cats\n');
    await leave(client);
  });

  it('lists its commands', async (t) => {
    const client = await join(t, await start(t), 'alice');
    client.send('/help\n');
    await client.expect('* /join room: go into another room\n* /rooms: list the rooms\n');
    for (let line = ''; line !== '* /quit: leave'; line = await client.readLine());
    await leave(client);
  });

  it('disconnects a client whose line is too long, before and after it has joined', async (t) => {
    const server = await start(t);
    const stranger = await connectClient(t, server);
    await stranger.expect(GREETING);
    await stranger.exchange('x'.repeat(5000), 'ERR line too long\n');
    await stranger.expectEnd();
    stranger.close();
    const member = await join(t, server, 'alice');
    await member.exchange('x'.repeat(5000), 'ERR line too long\n');
    await member.expectEnd();
  });

  it('treats each chunk as a message with --framing chunk', async (t) => {
    const server = await startServer(t, { service: 'chat', model, options: { framing: 'chunk' } });
    const client = await connectClient(t, server);
    await client.expect(GREETING);
    await client.exchange('alice', welcome('alice'));
    await client.exchange('/who', '* alice (operator)\n');
    await leave(client);
  });

  if (!isConcurrent(model)) return;

  it('sends a message to everyone but its sender', async (t) => {
    const [alice, bob, carl] = await joinAll(t, await start(t), ['alice', 'bob', 'carl']);
    assert.ok(alice && bob && carl);
    alice.send('hi\n');
    await bob.expect('alice: hi\n');
    await carl.expect('alice: hi\n');
    await bob.exchange('hello\n', '');
    await alice.expect('bob: hello\n');
    await carl.expect('bob: hello\n');
    await alice.exchange('/nosuch\n', 'ERR there is no command /nosuch, see /help\n');
  });

  it('refuses an identification that is taken, or looks like one that is', async (t) => {
    const server = await start(t);
    await join(t, server, 'alice');
    const client = await connectClient(t, server);
    await client.expect(GREETING);
    await client.exchange('alice\n', `ERR the name alice is taken\n${QUESTION}`);
    await client.exchange(
      'аlice\n',
      `ERR the name аlice is taken: it looks like alice\n${QUESTION}`,
    );
    await client.exchange('alicia\n', welcome('alicia'));
  });

  it('announces who left, whatever the cause, and frees the identification', async (t) => {
    const server = await start(t);
    const watcher = await join(t, server, 'watcher');
    for (const part of [
      (client: Client) => client.send('/quit\n'),
      (client: Client) => client.halfClose(),
      (client: Client) => client.close(),
      (client: Client) => client.reset(),
    ]) {
      const client = await join(t, server, 'alice');
      await watcher.expect('* alice joined (2 here)\n');
      part(client);
      await watcher.expect('* alice left\n');
    }
  });

  it('writes out control characters instead of passing them on', async (t) => {
    const [alice, bob] = await joinAll(t, await start(t), ['alice', 'bob']);
    assert.ok(alice && bob);
    alice.send('\u001b[2Jboo\u202e\u0007\n');
    await bob.expect('alice: ␛[2Jboo<U+202E>␇\n');
  });

  it('replaces bytes that are not UTF-8', async (t) => {
    const [alice, bob] = await joinAll(t, await start(t), ['alice', 'bob']);
    assert.ok(alice && bob);
    alice.send(Buffer.from('caf\xe9\n', 'latin1'));
    await bob.expect('alice: caf\ufffd\n');
  });

  it('has rooms that are separate and have topics', async (t) => {
    const [alice, bob, carl] = await joinAll(t, await start(t), ['alice', 'bob', 'carl']);
    assert.ok(alice && bob && carl);
    await bob.exchange('/join tea\n', '* you are in tea (1 here)\n');
    await alice.expect('* bob left\n');
    await carl.expect('* bob left\n');
    await bob.exchange('/topic black or green\n', '* bob set the topic: black or green\n');
    await carl.exchange('/join tea\n', '* you are in tea (2 here): black or green\n');
    await alice.expect('* carl left\n');
    await bob.expect('* carl joined (2 here)\n');
    carl.send('green\n');
    await bob.expect('carl: green\n');
    alice.send('anybody?\n');
    await alice.exchange('/rooms\n', '* lobby (1 here)\n* tea (2 here): black or green\n');
    await carl.exchange('/msg alice here\n/who\n', '* bob (operator)\n* carl\n');
    await alice.expect('carl (to you alone): here\n');
    await bob.exchange('/who\n', '* bob (operator)\n* carl\n');
  });

  it('allows the commands of operators to operators only, who can promote others', async (t) => {
    const [alice, bob, carl] = await joinAll(t, await start(t), ['alice', 'bob', 'carl']);
    assert.ok(alice && bob && carl);
    await bob.exchange('/kick alice\n', 'ERR /kick is for operators of the room\n');
    await bob.exchange('/topic mine\n', 'ERR /topic is for operators of the room\n');
    alice.send('/op bob\n');
    for (const client of [alice, bob, carl]) await client.expect('* bob is operator\n');
    bob.send('/kick carl\n');
    for (const client of [alice, bob, carl]) await client.expect('* carl was kicked by bob\n');
    await carl.expectEnd();
    for (const client of [alice, bob]) await client.expect('* carl left\n');
  });

  it('sends a kicked client nothing more, whatever else it had sent', async (t) => {
    const server = await start(t);
    for (const rest of [`${'x'.repeat(4097)}\n`, '/who\n', 'still here\n']) {
      const [alice] = await joinAll(t, server, ['alice']);
      assert.ok(alice);
      await alice.exchange(`/kick alice\n${rest}`, '* alice was kicked by alice\n');
      await alice.expectEnd();
      alice.close();
    }
  });

  it('logs that a client was kicked', async (t) => {
    const server = await startServer(t, { service: 'chat', model, logLevel: 'info' });
    const [alice, bob] = await joinAll(t, server, ['alice', 'bob']);
    assert.ok(alice && bob);
    alice.send('/kick bob\n');
    await bob.expect('* bob was kicked by alice\n');
    await bob.expectEnd();
    bob.close();
    assert.equal((await server.logLine('closed', { connection: 2 })).reason, 'dismissed');
  });

  it('disconnects no client that reads, however much is said in one turn', async (t) => {
    // A Unix-domain socket buffers far less than TCP on the loopback interface.
    const path = joinPath(temporaryDirectory(t), 'chat');
    const server = await startServer(t, {
      service: 'chat',
      model,
      address: { path },
      threads: { most: 30 },
    });
    const names = Array.from({ length: 24 }, (_, index) => `n${index}`);
    const clients = await joinAll(t, server, names);
    // The chat shows each character as eight.
    for (const client of clients) client.send(`${'\u0085'.repeat(1500)}\n`);
    for (const client of clients) await readLines(client, names.length - 1);
  });

  it('shows a new member what was last said in the room, marked as earlier', async (t) => {
    const options = { history: 3 };
    const server = await startServer(t, { service: 'chat', model, options });
    const [alice, bob] = await joinAll(t, server, ['alice', 'bob']);
    assert.ok(alice && bob);
    alice.send('one\ntwo\n/msg bob between us\n/me waves\n');
    await bob.expect('alice: one\nalice: two\nalice (to you alone): between us\n* alice waves\n');
    await bob.exchange('three\n/nosuch\n', 'ERR there is no command /nosuch, see /help\n');
    await alice.expect('bob: three\n');
    const carl = await join(t, server, 'carl');
    await carl.expect('* earlier in lobby:\n');
    const shown = await readLines(carl, options.history);
    assert.deepEqual(withoutTimes(shown), ['alice: two', '* alice waves', 'bob: three']);
    for (const client of [alice, bob]) await client.expect('* carl joined (3 here)\n');
    alice.send('four\n');
    await carl.expect('alice: four\n');
  });

  it('shows the last lines of a room to a client that joins it by /join, while the room exists', async (t) => {
    const [alice, bob] = await joinAll(t, await start(t), ['alice', 'bob']);
    assert.ok(alice && bob);
    await alice.exchange('/join tea\ngreen\n/join tea\n', '* you are in tea (1 here)\n'.repeat(2));
    await bob.expect('* alice left\n* bob is operator\n');
    await bob.exchange('/join tea\n', '* you are in tea (2 here)\n* earlier in tea:\n');
    assert.deepEqual(withoutTimes([await bob.readLine()]), ['alice: green']);
    await alice.expect('* bob joined (2 here)\n');
    await alice.exchange('/join lobby\n', '* you are in lobby (1 here)\n');
    await bob.expect('* alice left\n* bob is operator\n');
    await bob.exchange('/join lobby\n', '* you are in lobby (2 here)\n');
    await bob.exchange('/join tea\n', '* you are in tea (1 here)\n');
  });

  it('keeps few bytes of a room, however long the lines are', async (t) => {
    const server = await startServer(t, { service: 'chat', model, options: { history: 1000 } });
    const [alice, bob] = await joinAll(t, server, ['alice', 'bob']);
    assert.ok(alice && bob);
    const line = 'x'.repeat(4000);
    const said = 40;
    alice.send(`${line}\n`.repeat(said));
    assert.equal((await readLines(bob, said)).length, said);
    const carl = await join(t, server, 'carl');
    await carl.expect('* earlier in lobby:\n');
    carl.send('/nosuch\n');
    let bytes = 0;
    for (let shown = ''; !shown.startsWith('ERR '); shown = await carl.readLine())
      bytes += shown.length;
    assert.ok(bytes > 10 * line.length && bytes < 20 * line.length, `${bytes} bytes`);
  });

  it('shows nothing of before with --history 0', async (t) => {
    const server = await startServer(t, { service: 'chat', model, options: { history: 0 } });
    const [alice, bob] = await joinAll(t, server, ['alice', 'bob']);
    assert.ok(alice && bob);
    alice.send('hi\n');
    await bob.expect('alice: hi\n');
    const carl = await join(t, server, 'carl');
    await carl.exchange('/rooms\n', '* lobby (3 here)\n');
  });

  it('makes the longest present member operator when the last operator leaves', async (t) => {
    const [alice, bob, carl] = await joinAll(t, await start(t), ['alice', 'bob', 'carl']);
    assert.ok(alice && bob && carl);
    alice.close();
    for (const client of [bob, carl]) await client.expect('* alice left\n* bob is operator\n');
  });

  it('renames a member, and announces that in the room', async (t) => {
    const [alice, bob] = await joinAll(t, await start(t), ['alice', 'bob']);
    assert.ok(alice && bob);
    await alice.exchange('/nick bob\n', 'ERR the name bob is taken\n');
    await alice.exchange('/nick Alice\n', '* alice is now Alice\n');
    await bob.expect('* alice is now Alice\n');
    await alice.exchange('/nick Alice\n', '* you are already Alice\n');
    alice.send('/me waves\n');
    await bob.expect('* Alice waves\n');
  });

  it('gives every member the same lines in the same order', async (t) => {
    const server = await startServer(t, { service: 'chat', model, threads: { most: 12 } });
    const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];
    const clients = await joinAll(t, server, names);
    const watcher = await join(t, server, 'watcher');
    for (const client of clients) await client.expect('* watcher joined (7 here)\n');
    const each = 50;
    for (const client of clients) {
      client.send(Array.from({ length: each }, (_, index) => `${index}\n`).join(''));
    }
    const order = await readLines(watcher, names.length * each);
    for (const [index, client] of clients.entries()) {
      const others = order.filter((line) => !line.startsWith(`${names[index] ?? ''}: `));
      assert.deepEqual(await readLines(client, others.length), others);
    }
    for (const name of names) {
      const own = order.filter((line) => line.startsWith(`${name}: `));
      assert.deepEqual(
        own,
        Array.from({ length: each }, (_, index) => `${name}: ${index}`),
      );
    }
  });

  it('lets other members speak while one floods', async (t) => {
    const [flooder, alice, bob] = await joinAll(t, await start(t), ['flooder', 'alice', 'bob']);
    assert.ok(flooder && alice && bob);
    const lines = 20_000;
    flooder.send('flood\n'.repeat(lines));
    alice.send('may I?\n');
    let before = 0;
    while ((await bob.readLine()) !== 'alice: may I?') before++;
    assert.ok(before < lines / 2, `${before} lines of the flood came first`);
  });

  it('disconnects a member that does not read, and only that, and sends no more of its messages', async (t) => {
    const server = await startServer(t, { service: 'chat', model, logLevel: 'info' });
    const [alice, bob, deaf] = await joinAll(t, server, ['alice', 'bob', 'deaf']);
    assert.ok(alice && bob && deaf);
    deaf.pause();
    // The client is disconnected long before it can send so many lines, one a turn.
    const sent = 10_000;
    deaf.send('I hear nothing\n'.repeat(sent));
    const line = `${'x'.repeat(4000)}\n`;
    const closed = server.logLine('closed', { connection: 3 });
    const deafness = { over: false };
    void closed.then(() => (deafness.over = true));
    const drained = (async () => {
      let said = 0;
      for (let heard = ''; heard !== '* deaf left'; heard = await bob.readLine()) {
        if (heard.startsWith('deaf: ')) said++;
      }
      return said;
    })();
    while (!deafness.over) {
      alice.send(`${line.repeat(50)}/nosuch\n`);
      while (!(await alice.readLine()).startsWith('ERR '));
    }
    assert.equal((await closed).reason, 'slow');
    assert.ok((await drained) < sent);
  });
});

/** What was said, as the history shows it. */
function withoutTimes(lines: readonly string[]): string[] {
  return lines.map((line) => {
    const [, said] = /^\* \[\d\d:\d\d:\d\d\] (.+)$/.exec(line) ?? [];
    assert.ok(said !== undefined, line);
    return said;
  });
}

async function readLines(client: Client, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push(await client.readLine());
  return lines;
}

underEveryModel('the tutorial’s chat', (model) => {
  const server = sharedServer({ service: 'chat', model, options: { dialect: 'hii' } });
  const arrive = async (t: TestContext, name: string, at = server) => {
    const client = await connectClient(t, at);
    await client.expect('Hii');
    await client.exchange(name, `${name} joined the chat!Connected to the server!`);
    return client;
  };

  it('sends Hii, takes the answer as a nickname, and passes on everything unchanged', async (t) => {
    const client = await arrive(t, 'alice');
    await client.exchange('alice: hi', 'alice: hi');
    await client.exchange(Buffer.from([0xff, 0x00, 0x80]), Buffer.from([0xff, 0x00, 0x80]));
    client.halfClose();
    await client.expectEnd();
  });

  it('keeps a nickname byte by byte, except for white space at its end', async (t) => {
    const client = await connectClient(t, server);
    await client.expect('Hii');
    await client.exchange('Voilà\r\n', 'Voilà joined the chat!Connected to the server!');
    client.halfClose();
    await client.expectEnd();
  });

  it('closes on a client whose nickname is empty', async (t) => {
    const client = await connectClient(t, server);
    await client.expect('Hii');
    await client.exchange('\r\n', 'ERR a nickname must not be empty');
    await client.expectEnd();
  });

  if (!isConcurrent(model)) return;

  it('sends arrivals, messages and departures to all members', async (t) => {
    // A server of its own: a client of another test may still be leaving.
    const settings = { service: 'chat', model, options: { dialect: 'hii' } } as const;
    const empty = await startServer(t, settings);
    const alice = await arrive(t, 'alice', empty);
    const bob = await arrive(t, 'bob', empty);
    await alice.expect('bob joined the chat!');
    bob.send('bob: hello');
    await alice.expect('bob: hello');
    await bob.expect('bob: hello');
    bob.close();
    await alice.expect('bob left the chat!');
    alice.halfClose();
    await alice.expectEnd();
  });
});

describe('a chat’s log', () => {
  it('names the clients that joined and left', async (t) => {
    const server = await startServer(t, { service: 'chat', logLevel: 'info' });
    await leave(await join(t, server, 'alice'));
    await server.logLine('joined', { connection: 1, name: 'alice' });
    await server.logLine('left', { connection: 1, name: 'alice' });
  });
});
