/** `handoff chat`: talks to the others in a chat, in either dialect. clients/talk/chat.ts and hii.ts do the talking. */
import type { Argv } from 'yargs';
import { ChatDialogue } from '../clients/talk/chat.js';
import { HiiDialogue } from '../clients/talk/hii.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { DIALECTS } from '../services/service.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  name: { ...text('name'), describe: 'your identification (default: you are asked)' },
  dialect: {
    choices: DIALECTS,
    default: 'exercise',
    requiresArg: true,
    describe: "the exercise's protocol, or that of the tutorial",
  },
} as const;

function builder(command: Argv) {
  return withTarget(command, Object.keys(options))
    .options(options)
    .example('$0 chat --name alice', 'type messages, /help for commands, end with Ctrl-D')
    .example("printf 'hello\\n' | $0 chat --name bob", 'scripted: exit status 0 if all was accepted');
}

type Arguments = ArgumentsOf<typeof builder>;

export const chatCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const isHii = args.dialect === 'hii';
    const target = targetFrom(args, 'chat', args.dialect);
    const settings = { name: args.name, mayAskAgain: terminal.interactive || args.name === undefined };
    const dialogue = isHii ? new HiiDialogue(settings) : new ChatDialogue(settings);
    const wire = await connectWire(target, isHii ? 'chunk' : 'line');
    await runInteractive(dialogue, wire, terminal, target);
  },
};
