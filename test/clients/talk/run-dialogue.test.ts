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
import { startServer } from '../../support/server.js';

const ANN = { name: 'ann', mayAskAgain: false };
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
