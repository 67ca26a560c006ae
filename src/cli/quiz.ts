/**
 * `handoff quiz`: plays the quiz. clients/talk/quiz.ts does the talking.
 *
 * A password never comes from the command line, which every user of the machine can read.
 */
import type { Argv } from 'yargs';
import type { WayIn } from '../clients/talk/entrance.js';
import { QuizDialogue } from '../clients/talk/quiz.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber } from './options.js';
import { targetFrom, withTarget } from './target.js';

const SCRIPTED_QUESTIONS = 10;

/** Read at once: variables that are no options are removed from the environment before a command runs. */
const password = process.env.HANDOFF_PASSWORD || undefined;

function builder(command: Argv) {
  return withTarget(command, ['name', 'login', 'register', 'guest', 'play'])
    .options({
      name: { ...text('name'), describe: 'your name (default: you are asked)' },
      login: { type: 'boolean', describe: 'log in with a password' },
      register: { type: 'boolean', describe: 'register with a password' },
      guest: { type: 'boolean', describe: 'play without a password' },
      play: { ...wholeNumber('play', 1, 1_000_000), describe: 'how many questions' },
    })
    .conflicts({ login: ['register', 'guest'], register: 'guest' })
    .example('$0 quiz', 'asks for name, password and how many questions')
    .example(
      "printf 'A\\nC\\nB\\n' | $0 quiz --name bob --play 3",
      'scripted: exit status 0 if it ended with a score',
    )
    .epilogue(
      'The password is asked for without echo, or taken from HANDOFF_PASSWORD; in a script with --login or ' +
        '--register and no such variable it is the first line.',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const quizCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const target = targetFrom(args, 'quiz');
    const dialogue = new QuizDialogue({
      name: args.name,
      wayIn: wayInOf(args) ?? (terminal.interactive ? undefined : 'GUEST'),
      password,
      questions: args.play ?? (terminal.interactive ? undefined : SCRIPTED_QUESTIONS),
      mayAskAgain: terminal.interactive,
    });
    await runInteractive(dialogue, await connectWire(target, 'line'), terminal, target);
  },
};

function wayInOf({ login, register, guest }: Arguments): WayIn | undefined {
  if (register) return 'REGISTER';
  if (guest) return 'GUEST';
  return login || password !== undefined ? 'LOGIN' : undefined;
}
