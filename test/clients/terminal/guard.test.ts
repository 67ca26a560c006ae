/** Signals and errors that end or suspend a client: its terminal is as it was before. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../../support/eventually.js';
import { startFakeServer } from '../../support/fake-server.js';
import { startHandoff, temporaryDirectory } from '../../support/handoff.js';
import { noTerminal, openTerminal } from '../../support/terminal.js';

const RESTORED = { canonical: true, echo: true };
const RAW = { canonical: false, echo: false };
/** The program has taken its terminal. */
const READY = {
  connect: '-- Ctrl-D',
  chat: 'for help\n>',
  quiz: 'password:',
  hangman: 'a letter, or the word:',
  tictactoe: 'your name:',
  watch: 'q: quit',
};
type Program = keyof typeof READY;
const ARGUMENTS: Partial<Record<Program, readonly string[]>> = {
  chat: ['--name', 'alice'],
  quiz: ['--name', 'ann', '--login'],
};
/** Between two looks at the terminal's modes, in milliseconds. */
const RETRY_MS = 10;
/** Leaves the alternate screen, and shows the cursor. */
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';

const ENDINGS: readonly [Program, NodeJS.Signals][] = [
  ...(Object.keys(READY) as Program[]).map((program) => [program, 'SIGHUP'] as const),
  ['watch', 'SIGQUIT'],
  ['quiz', 'SIGTERM'],
  ['quiz', 'SIGQUIT'],
  ['chat', 'SIGINT'],
  ['chat', 'SIGTERM'],
  ['chat', 'SIGQUIT'],
].map(([program, signal]) => [program as Program, signal as NodeJS.Signals]);

describe('a client at a terminal', { skip: noTerminal, timeout: 120_000, concurrency: 2 }, () => {
  for (const [program, signal] of ENDINGS) {
    it(`restores it when ${signal} ends ${program}`, async (t) => {
      const terminal = await start(t, program);
      await terminal.signal(signal);
      const { status, ...exit } = await terminal.exit();
      assert.deepEqual(exit, { signal: constants.signals[signal], ...RESTORED });
      assert.equal(status, null);
      if (program === 'watch') assert.ok(terminal.output().includes(LEAVE));
    });
  }

  for (const program of ['chat', 'quiz', 'watch'] as const) {
    for (const how of ['Ctrl-Z', 'SIGTSTP'] as const) {
      it(`restores it while ${program} is suspended by ${how}, and takes it again`, async (t) => {
        const terminal = await start(t, program);
        if (program !== 'watch') terminal.type('half');
        if (program === 'chat') await terminal.edits('> half▮');
        const before = terminal.output().length;
        if (how === 'Ctrl-Z') terminal.type('\x1a');
        else await terminal.signal(how);
        await become(terminal, { ...RESTORED, stopped: true });
        if (program === 'watch')
          await eventually('the shell', () => terminal.output().includes(LEAVE) || undefined);
        await terminal.signal('SIGCONT');
        await become(terminal, { ...RAW, stopped: false });
        const again = { chat: 'half', quiz: 'password:', watch: 'q: quit' }[program];
        await eventually(again, () => terminal.output().slice(before).includes(again) || undefined);
        terminal.type('\x03\x03');
        assert.deepEqual(await terminal.exit(), { status: 130, signal: null, ...RESTORED });
      });
    }
  }

  it('restores it after an uncaught error', async (t) => {
    const fault = 'process.on("SIGUSR2", () => { throw new Error(`a fault`) })';
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    const terminal = await start(t, 'watch', env);
    await terminal.signal('SIGUSR2');
    assert.deepEqual(await terminal.exit(), { status: 1, signal: null, ...RESTORED });
    const [screen = '', message = ''] = terminal.output().split(LEAVE);
    assert.ok(screen.includes('q: quit') && message.includes('Error: a fault'), message);
  });
});

async function start(t: TestContext, program: Program, env: Readonly<Record<string, string>> = {}) {
  const terminal = openTerminal(t, await argumentsOf(t, program), env);
  await terminal.shows(READY[program]);
  return terminal;
}

/** Waits, at most until the test's timeout, for these modes of the terminal. */
async function become(
  terminal: ReturnType<typeof openTerminal>,
  modes: Awaited<ReturnType<typeof terminal.modes>>,
): Promise<void> {
  while (!isDeepStrictEqual(await terminal.modes(), modes)) await sleep(RETRY_MS);
}

async function argumentsOf(t: TestContext, program: Program): Promise<readonly string[]> {
  if (program === 'watch') {
    const path = join(temporaryDirectory(t), 'admin');
    await startHandoff(t, ['echo', '--model', 'event-loop', '--admin', path]);
    return ['watch', path];
  }
  const server = await startFakeServer(t);
  void server.accept().then((client) => {
    if (program === 'chat')
      client.send('Hello.\nWho are you?\nWelcome alice, type /help for help\n');
    if (program === 'hangman') client.send('WORD 4\n_ _ _ _\n');
  });
  return [program, ...(ARGUMENTS[program] ?? []), '--port', `${server.port}`];
}
