/** Runs dialogues with a server that does not send the expected message. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { ChatDialogue } from '../../../src/clients/talk/chat.js';
import { runDialogue, missingText } from '../../../src/clients/talk/run-dialogue.js';
import type { Expected, Dialogue } from '../../../src/clients/talk/dialogue.js';
import { HangmanDialogue } from '../../../src/clients/talk/hangman.js';
import { HiiDialogue } from '../../../src/clients/talk/hii.js';
import { PlainTerminal } from '../../../src/clients/terminal/plain-terminal.js';
import { QuizDialogue } from '../../../src/clients/talk/quiz.js';
import { TicTacToeDialogue } from '../../../src/clients/talk/tictactoe.js';
import { connectWire } from '../../../src/clients/wire/wire.js';
import { MODEL_NAMES } from '../../../src/models/registry.js';
import { startFakeServer } from '../../support/fake-server.js';
import { startServer } from '../../support/server.js';

const ANN = { name: 'ann', mayAskAgain: false };
/** Enough for a race of the refusal with the client's leaving. */
const RUNS = 30;
const GUEST = { ...ANN, wayIn: 'GUEST', password: undefined, questions: 3 } as const;

describe('a dialogue', { timeout: 20_000 }, () => {
  for (const [what, make, service] of [
    ['greeting', () => new ChatDialogue(ANN), 'echo'],
    ['Hii', () => new HiiDialogue(ANN), 'chat'],
    ['answer to GUEST', () => new QuizDialogue(GUEST), 'echo'],
    ['answer to PLAY', () => new HangmanDialogue(), 'echo'],
    ['welcome', () => new TicTacToeDialogue(ANN), 'echo'],
  ] as const) {
    it(`of a script ends when no ${what} comes`, async (t) => {
      const dialogue = hurried(make());
      assert.equal(await hold(t, dialogue, service), 'late');
      assert.equal(dialogue.expected?.()?.what, what);
    });
  }

  for (const model of MODEL_NAMES) {
    it(`shows the refusal of a line that is too long, and why it failed, every time under ${model}`, async (t) => {
      const { port } = await startServer(t, { service: 'chat', model });
      for (let run = 0; run < RUNS; run++) {
        // The last one's name is free only when main has dealt with its end.
        const name = `ann${run}`;
        const script = `${'x'.repeat(5000)}\n\nafter\n`;
        const { lines, outcome, failure } = await chat(port, script, { ...ANN, name });
        assert.equal(lines.at(-1), 'ERR line too long');
        assert.equal(outcome.refusal, 'line too long');
        assert.equal(failure, 'line too long');
      }
    });
  }

  it('of a script fails when the server resets the connection instead of closing it', async (t) => {
    const server = await startFakeServer(t);
    const ending = chat(server.port, 'hi\n');
    const client = await server.accept();
    await client.exchange('Hello.\nWho are you?\n', 'ann\n');
    await client.exchange('Welcome ann\n', 'hi\n/quit\n');
    client.reset();
    await assert.rejects(ending, /port \d+: the server reset the connection$/);
  });

  it('has no deadline for an opponent or a user', async (t) => {
    const dialogue = hurried(new TicTacToeDialogue(ANN));
    const ending = hold(t, dialogue, 'tictactoe');
    // An endless wait is observed for several of the shortened deadlines.
    const inTime = new Promise((resolve) => setTimeout(resolve, 500, 'waiting'));
    assert.equal(await Promise.race([ending, inTime]), 'waiting');
  });

  it('names the missing message', () => {
    const expected: Expected = { what: 'greeting', of: 'the chat', withinMs: 10_000 };
    assert.equal(missingText(expected), 'no greeting for 10 s; is that the chat?');
  });
});

/** Runs the chat's dialogue with a script. */
async function chat(port: number, script: string, { name } = ANN) {
  const dialogue = new ChatDialogue({ ...ANN, name });
  const wire = await connectWire({ host: '127.0.0.1', port }, 'line');
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(script);
  const outcome = await runDialogue(dialogue, wire, new PlainTerminal(input, output));
  // From Node 26 on, read() returns one of the chunks that were written.
  output.setEncoding('utf8');
  let shown = '';
  for (let chunk: string | null; (chunk = output.read() as string | null) !== null;) shown += chunk;
  const lines = shown.trimEnd().split('\n');
  return { lines, outcome, failure: dialogue.failure() };
}

/** Shortens the dialogue's deadlines to 150 ms. */
function hurried(dialogue: Dialogue): Dialogue {
  const original = dialogue.expected?.bind(dialogue);
  return Object.assign(dialogue, {
    expected(): Expected | undefined {
      const expected = original?.();
      return expected && { ...expected, withinMs: 150 };
    },
  });
}

async function hold(t: TestContext, dialogue: Dialogue, service: string) {
  const { port } = await startServer(t, { service });
  const wire = await connectWire(
    { host: '127.0.0.1', port },
    dialogue instanceof HiiDialogue ? 'chunk' : 'line',
  );
  t.after(() => wire.destroy());
  const { ending } = await runDialogue(
    dialogue,
    wire,
    new PlainTerminal(new PassThrough(), new PassThrough().resume()),
  );
  return ending;
}
