/**
 * `handoff hangman`: a client of the hangman service, over TCP or UDP. The dialogue is in
 * ../clients/talk/hangman.ts.
 */
import type { Argv } from 'yargs';
import { connectDatagrams } from '../clients/wire/datagram-wire.js';
import { HangmanDialogue } from '../clients/talk/hangman.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { UsageError } from '../base/errors.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import type { OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: 'udp: one datagram per message, sent again after a timeout',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .options(options)
    .example('$0 hangman', 'type letters or the whole word; Ctrl-D ends')
    .example('fold -w1 <<< etaoinshrdlu | $0 hangman', 'scripted: exit status 0 if the game ended');
}

type Arguments = ArgumentsOf<typeof builder>;

export const hangmanCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const target = targetFrom(args, 'hangman');
    const wire =
      args.transport === 'udp' ? await connectUdp(target) : await connectWire(target, 'line');
    await runInteractive(new HangmanDialogue(), wire, terminal, target);
  },
};

/** @throws UsageError if the target is a Unix-domain socket */
function connectUdp(target: ReturnType<typeof targetFrom>) {
  if ('path' in target) throw new UsageError('datagrams go to a port, not to a --socket');
  return connectDatagrams(target);
}
