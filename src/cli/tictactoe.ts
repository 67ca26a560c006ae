/** `handoff tictactoe`: plays against whoever comes next. clients/talk/tictactoe.ts does the talking. */
import type { Argv } from 'yargs';
import { openTerminal } from '../clients/terminal/open.js';
import { TicTacToeDialogue } from '../clients/talk/tictactoe.js';
import { connectWire } from '../clients/wire/wire.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text } from './options.js';
import { targetFrom, withTarget } from './target.js';

function builder(command: Argv) {
  return withTarget(command, ['name'])
    .options({ name: { ...text('name'), describe: 'your name (default: you are asked)' } })
    .example('$0 tictactoe --name alice', 'a move is a field 1-9, or row and column')
    .example("printf '5\\n1\\n9\\n' | $0 tictactoe --name bob", 'scripted: exit status 0 if the game ended');
}

type Arguments = ArgumentsOf<typeof builder>;

export const tictactoeCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const target = targetFrom(args, 'tictactoe');
    const mayAskAgain = terminal.interactive || args.name === undefined;
    const wire = await connectWire(target, 'line');
    await runInteractive(new TicTacToeDialogue({ name: args.name, mayAskAgain }), wire, terminal, target);
  },
};
