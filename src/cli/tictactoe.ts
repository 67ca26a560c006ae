/**
 * `handoff tictactoe`: a client of the tictactoe service, which pairs it with the next client. The
 * dialogue is in ../clients/talk/tictactoe.ts.
 */
import type { Argv } from 'yargs';
import { openTerminal } from '../clients/terminal/open.js';
import { TicTacToeDialogue } from '../clients/talk/tictactoe.js';
import { connectWire } from '../clients/wire/wire.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, type OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  name: { ...text('name'), describe: 'your name in the game (default: tictactoe asks for it)' },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .options(options)
    .example('$0 tictactoe --name alice', 'a move is a field from 1 to 9, or row and column')
    .example(
      "printf '5\\n1\\n9\\n' | $0 tictactoe --name bob",
      'scripted: exit status 0 if the game ended',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const tictactoeCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const target = targetFrom(args, 'tictactoe');
    const mayAskAgain = terminal.interactive || args.name === undefined;
    const wire = await connectWire(target, 'line');
    await runInteractive(
      new TicTacToeDialogue({ name: args.name, mayAskAgain }),
      wire,
      terminal,
      target,
    );
  },
};
