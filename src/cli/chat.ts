/**
 * `handoff chat`: a client of the chat service, in either dialect. The dialogues are in
 * ../clients/talk/chat.ts and hii.ts.
 */
import type { Argv } from 'yargs';
import { ChatDialogue } from '../clients/talk/chat.js';
import { HiiDialogue } from '../clients/talk/hii.js';
import { openTerminal } from '../clients/terminal/open.js';
import { withTimes } from '../clients/terminal/times.js';
import { connectWire } from '../clients/wire/wire.js';
import { DIALECTS } from '../services/service.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, type OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  name: { ...text('name'), describe: 'your name in the chat (default: chat asks for it)' },
  times: {
    type: 'boolean',
    default: false,
    describe: 'put the time of arrival before each message',
  },
  dialect: {
    choices: DIALECTS,
    default: 'exercise',
    requiresArg: true,
    describe: "exercise: the exercise's protocol; hii: the tutorial's (port 11826)",
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .options(options)
    .example('$0 chat --name alice', 'type messages; /help lists commands; Ctrl-D ends')
    .example(
      "printf 'hello\\n' | $0 chat --name bob",
      'scripted: exit status 0 if the server accepted every line',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const chatCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const isHii = args.dialect === 'hii';
    const target = targetFrom(args, 'chat', args.dialect);
    const settings = {
      name: args.name,
      mayAskAgain: terminal.interactive || args.name === undefined,
    };
    const dialogue = isHii ? new HiiDialogue(settings) : new ChatDialogue(settings);
    const wire = await connectWire(target, isHii ? 'chunk' : 'line');
    await runInteractive(dialogue, wire, args.times ? withTimes(terminal) : terminal, target);
  },
};
