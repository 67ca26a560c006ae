/**
 * `handoff quiz`: a client of the quiz service. The dialogue is in ../clients/talk/quiz.ts.
 *
 * No option takes the password, because every user of the machine can read the command line.
 */
import type { Argv } from 'yargs';
import type { WayIn } from '../clients/talk/entrance.js';
import { QuizDialogue } from '../clients/talk/quiz.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, wholeNumber, type OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const SCRIPTED_QUESTIONS = 10;

/** Read at load time: withSettings() later removes variables that are not options. */
const password = process.env.HANDOFF_PASSWORD || undefined;

const options = {
  name: { ...text('name'), describe: 'your name in the quiz (default: quiz asks for it)' },
  login: { type: 'boolean', describe: 'log in with a password' },
  register: { type: 'boolean', describe: 'register with a password' },
  guest: { type: 'boolean', describe: 'play without a password' },
  play: {
    ...wholeNumber('play', 1, 1_000_000),
    describe: `number of questions (default: quiz asks; in a script ${SCRIPTED_QUESTIONS})`,
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .options(options)
    .conflicts({ login: ['register', 'guest'], register: 'guest' })
    .example('$0 quiz', 'asks for the name, the password and the number of questions')
    .example(
      "printf 'A\\nC\\nB\\n' | $0 quiz --name bob --play 3",
      'scripted: exit status 0 if the game ended with a score',
    )
    .epilogue(
      'The password comes from HANDOFF_PASSWORD. Without that variable, quiz asks for it without echo; ' +
        'in a script with --login or --register, it is the first line of the input.',
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
