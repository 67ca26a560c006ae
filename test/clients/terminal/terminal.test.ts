/**
 * The interactive clients on a pseudo-terminal: a typed line survives incoming messages, and the
 * terminal is restored.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Client } from '../../support/client.js';
import { coverPrograms } from '../../support/environment.js';
import { startFakeServer } from '../../support/fake-server.js';
import { noTerminal, openTerminal } from '../../support/terminal.js';

coverPrograms();

const RESTORED = { signal: null, canonical: true, echo: true };
const LEFT = '\x1b[D';
const HALF_TYPED = 'word '.repeat(12).trim();
const UP = '\x1b[A';

describe('an interactive client', { skip: noTerminal, timeout: 60_000, concurrency: 2 }, () => {
  it('keeps a half-typed line and its cursor when messages arrive', async (t) => {
    const { terminal, client } = await enterChat(t);
    terminal.type(`hllo${LEFT.repeat(3)}`);
    await terminal.edits('> h▮llo');
    client.send('bob: one\nbob: two\n');
    await terminal.shows('bob: one\nbob: two\n> hllo');
    await terminal.edits('> h▮llo');
    terminal.type('é\r');
    await client.expect('héllo\n');
    await terminal.shows('bob: one\nbob: two\n> héllo\n>');
  });

  it('keeps a half-typed line of several rows', async (t) => {
    const { terminal, client } = await enterChat(t);
    const long = 'word '.repeat(40).trim();
    terminal.type(long);
    const typed = [`> ${long.slice(0, 78)}`, long.slice(78, 158), long.slice(158)].join('\n');
    await terminal.shows(`for help\n${typed}`);
    client.send('bob: one\n');
    await terminal.shows(`for help\nbob: one\n${typed}`);
    terminal.type('\r');
    await client.expect(`${long}\n`);
  });

  for (const resizing of ['wraps', 'cuts'] as const) {
    for (const line of [HALF_TYPED, `${HALF_TYPED}→`]) {
      it(`keeps the messages above '${line.slice(-5)}' when the width changes and the terminal ${resizing} rows`, async (t) => {
        const { terminal, client } = await enterChat(t);
        terminal.type(line);
        await terminal.edits(`> ${line}▮`);
        client.send('bob: zero\n');
        await terminal.shows('for help\nbob: zero\n> word');
        await terminal.resize(40, resizing);
        client.send('bob: one\nbob: two\n');
        await terminal.shows(/\nbob: zero\n[^]*bob: one\nbob: two\n> [word ]{38}\n[word→ ]+$/);
        for (const columns of [60, 80]) {
          await terminal.resize(columns, resizing);
          client.send(`bob: ${columns}\n`);
          await terminal.shows(`bob: ${columns}\n> word`);
        }
        await terminal.edits(`> ${line}▮`);
        await terminal.shows(/bob: zero\n[^]*bob: one\nbob: two\n[^]*bob: 60\n[^]*bob: 80\n> /);
        terminal.type('\r');
        await client.expect(`${line}\n`);
      });
    }
  }

  it('keeps the messages when it is not notified of a new width, as in the background', async (t) => {
    const { terminal, client } = await enterChat(t, { DEAF: '1' });
    await terminal.resize(40);
    client.send('bob: zero\n');
    await terminal.shows('bob: zero\n>');
    terminal.type(HALF_TYPED);
    await terminal.edits(`${HALF_TYPED.slice(38)}▮`);
    client.send('bob: one\n');
    await terminal.shows('bob: zero\nbob: one\n> word');
    await terminal.resize(80);
    client.send('bob: two\n');
    await terminal.shows(`bob: zero\nbob: one\nbob: two\n> ${HALF_TYPED}`);
  });

  for (const line of [HALF_TYPED, `${HALF_TYPED}→`]) {
    it(`keeps the messages above '${line.slice(-5)}' when the screen is wider than the terminal says`, async (t) => {
      const { terminal, client } = await enterChat(t);
      await terminal.resize(40);
      client.send('bob: zero\n');
      await terminal.shows('bob: zero\n>');
      terminal.type(line);
      await terminal.edits(`${line.slice(38)}▮`);
      terminal.resizeEarly(80);
      client.send('bob: one\n');
      await terminal.shows('bob: one\n> word');
      client.send('bob: two\n');
      await terminal.shows('bob: zero\nbob: one\nbob: two\n> word');
    });
  }

  it('connect shows messages above the typed line, with or without newlines, and half-closes on Ctrl-D', async (t) => {
    const server = await startFakeServer(t);
    const terminal = openTerminal(t, ['connect', '--port', `${server.port}`]);
    const client = await server.accept();
    client.send('no newline');
    await terminal.shows(
      /^-- connected to 127\.0\.0\.1 port \d+\n-- Ctrl-D [^\n]+\nno newline\n>$/,
    );
    terminal.type('hello');
    await terminal.edits('> hello▮');
    client.send('\nERR one\ntwo\n');
    await terminal.shows(/\nno newline\nERR one\ntwo\n> hello$/);
    terminal.type('\r\x04');
    await client.expect('hello\n');
    await client.expectEnd();
    client.send('bye');
    client.halfClose();
    assert.deepEqual(await terminal.exit(), { status: 0, ...RESTORED });
    await terminal.shows(
      /> hello\nbye\n-- you ended your input, and the server closed the connection\n$/,
    );
  });

  it('connect says what it is connected to, and why that ended', async (t) => {
    for (const [service, part, status, ending] of [
      [
        'count',
        (c: Client) => c.halfClose(),
        1,
        'handoff: WHERE: the server closed the connection',
      ],
      ['count', (c: Client) => c.reset(), 1, 'handoff: WHERE: the server reset the connection'],
      ['count', () => undefined, 1, 'handoff: WHERE: no answer for 1500 ms'],
      ['count', (c: Client) => c.send('one\n'), 130, '-- you left'],
      ['greet', (c: Client) => c.send('Hello'), 0, '-- the server closed the connection'],
    ] as const) {
      const server = await startFakeServer(t);
      const args = ['connect', service, '--port', `${server.port}`, '--timeout', '1500'];
      const terminal = openTerminal(t, args);
      const client = await server.accept();
      const where = `127.0.0.1 port ${server.port}`;
      await terminal.shows(`-- connected to ${service}, ${where}\n-- Ctrl-D`);
      part(client);
      if (status === 130) {
        await terminal.shows('one\n>');
        terminal.type('\x03');
      }
      if (status === 0) client.halfClose();
      assert.deepEqual(await terminal.exit(), { status, ...RESTORED });
      await terminal.shows(`\n${ending.replace('WHERE', where)}\n`);
    }
  });

  it('has a history', async (t) => {
    const { terminal, client } = await enterChat(t);
    terminal.type('first\r');
    await client.expect('first\n');
    terminal.type('second\r');
    await client.expect('second\n');
    terminal.type(`${UP}${UP}`);
    await terminal.edits('> first▮');
    terminal.type('\r');
    await client.expect('first\n');
  });

  it('leaves on Ctrl-D with status 0, even if the server sends more', async (t) => {
    const { terminal, client } = await enterChat(t);
    terminal.type('\x04');
    await client.expect('/quit\n');
    await client.expectEnd();
    client.send('see you\n');
    client.halfClose();
    assert.deepEqual(await terminal.exit(), { status: 0, ...RESTORED });
    await terminal.shows(/see you\n$/);
  });

  it('leaves on Ctrl-D even if the server does not answer', async (t) => {
    const { terminal } = await enterChat(t);
    terminal.type('\x04');
    assert.deepEqual(await terminal.exit(), { status: 0, ...RESTORED });
  });

  it('clears a half-typed line on Ctrl-C, and ends with status 130 on the next', async (t) => {
    const { terminal, client } = await enterChat(t);
    terminal.type('never mind');
    await terminal.edits('> never mind▮');
    terminal.type('\x03');
    await terminal.edits('> ▮');
    terminal.type('\x03');
    assert.deepEqual(await terminal.exit(), { status: 130, ...RESTORED });
    await client.expectOver();
  });

  it('restores the terminal when the server closes or resets the connection', async (t) => {
    const closed = await enterChat(t);
    closed.terminal.type('half-ty');
    await closed.terminal.edits('> half-ty▮');
    closed.client.halfClose();
    assert.deepEqual(await closed.terminal.exit(), { status: 1, ...RESTORED });
    await closed.terminal.shows(/port \d+: the server closed the connection\n$/);
    const reset = await enterChat(t);
    reset.client.reset();
    assert.deepEqual(await reset.terminal.exit(), { status: 1, ...RESTORED });
    await reset.terminal.shows(/port \d+: the server reset the connection\n$/);
  });

  it('escapes control characters', async (t) => {
    const { terminal, client } = await enterChat(t);
    client.send('bob: \x1b[2J\x07\u202egnp.exe \x9b2J grün 🎲\n');
    await terminal.shows('bob: ␛[2J␇<U+202E>gnp.exe <U+009B>2J grün 🎲');
    assert.ok(!terminal.output().includes('\x1b[2J'));
  });

  it('joins a character that arrives in two pieces', async (t) => {
    const { terminal, client } = await enterChat(t);
    await client.sendOneByOne('bob: grün 🎲\n');
    await terminal.shows('bob: grün 🎲');
  });

  it('has colours, unless NO_COLOR is set or the terminal has none', async (t) => {
    const grey = '\x1b[90m* bob joined';
    const seen = await Promise.all(
      [
        {},
        { NO_COLOR: '' },
        { NO_COLOR: '1' },
        { NO_COLOR: '1', FORCE_COLOR: '1' },
        { TERM: 'dumb' },
      ].map(async (env) => {
        const { terminal, client } = await enterChat(t, env);
        client.send('* bob joined (2 here)\n');
        await terminal.shows('* bob joined');
        return terminal.output().includes(grey);
      }),
    );
    assert.deepEqual(seen, [true, true, false, false, false]);
  });

  it('writes no escape codes on a dumb terminal, where the kernel edits the line', async (t) => {
    const { terminal, client } = await enterChat(t, { TERM: 'dumb' });
    client.send('bob: hi\n');
    await terminal.shows('bob: hi\n>');
    terminal.type('helo\x7flo\r');
    await client.expect('hello\n');
    terminal.type('\x04');
    await client.expect('/quit\n');
    client.halfClose();
    assert.deepEqual(await terminal.exit(), { status: 0, ...RESTORED });
    assert.ok(!terminal.output().includes('\x1b'));
  });

  for (const TERM of ['xterm', 'dumb']) {
    it(`neither echoes a password nor keeps it in the history (TERM=${TERM})`, async (t) => {
      const server = await startFakeServer(t);
      const args = ['quiz', '--name', 'ann', '--login', '--port', `${server.port}`];
      const terminal = openTerminal(t, args, { TERM });
      await terminal.edits('password: ▮');
      terminal.type('s3crex\x7ft\r');
      const client = await server.accept();
      await client.exchange('', 'LOGIN ann s3cret\n');
      client.send('OK welcome back\n');
      await terminal.shows('how many questions?');
      if (TERM === 'xterm') terminal.type(UP);
      terminal.type('3\r');
      await client.expect('PLAY 3\n');
      terminal.type('\x04');
      await client.expect('QUIT\n');
      client.halfClose();
      assert.deepEqual(await terminal.exit(), { status: 0, ...RESTORED });
      assert.ok(!terminal.output().includes('s3c'));
    });
  }

  it('ends on Ctrl-C and on Ctrl-D during the password, and restores the echo', async (t) => {
    for (const [key, status] of [
      ['\x03', 130],
      ['\x04', 0],
    ] as const) {
      const server = await startFakeServer(t);
      const terminal = openTerminal(t, [
        'quiz',
        '--name',
        'ann',
        '--login',
        '--port',
        `${server.port}`,
      ]);
      await terminal.edits('password: ▮');
      terminal.type(`half${key}`.slice(status === 0 ? -1 : 0));
      assert.deepEqual(await terminal.exit(), { status, ...RESTORED });
    }
  });
});

/** A chat that has let `alice` in. */
async function enterChat(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const server = await startFakeServer(t);
  const terminal = openTerminal(t, ['chat', '--name', 'alice', '--port', `${server.port}`], env);
  const client = await server.accept();
  await client.exchange('Hello, this is the chat.\nWho are you?\n', 'alice\n');
  client.send('Welcome alice, type /help for help\n');
  await terminal.edits('> ▮');
  return { terminal, client };
}
