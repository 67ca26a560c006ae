/** `handoff hangman`: guesses the server's word, over TCP or UDP. clients/talk/hangman.ts does the talking. */
import type { Argv } from 'yargs';
import { connectDatagrams } from '../clients/wire/datagram-wire.js';
import { HangmanDialogue } from '../clients/talk/hangman.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { UsageError } from '../base/errors.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { targetFrom, withTarget } from './target.js';

function builder(command: Argv) {
  return withTarget(command, ['transport'])
    .options({
      transport: {
        choices: ['tcp', 'udp'] as const,
        default: 'tcp',
        requiresArg: true,
        describe: 'udp: a datagram for each message, sent again if no answer comes',
      },
    })
    .example('$0 hangman', 'type letters, or the whole word; end with Ctrl-D')
    .example('fold -w1 <<< etaoinshrdlu | $0 hangman', 'scripted: exit status 0 if the game ended');
}

type Arguments = ArgumentsOf<typeof builder>;

export const hangmanCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const terminal = openTerminal();
    const target = targetFrom(args, 'hangman');
    const wire = args.transport === 'udp' ? await connectUdp(target) : await connectWire(target, 'line');
    await runInteractive(new HangmanDialogue(), wire, terminal, target);
  },
};

function connectUdp(target: ReturnType<typeof targetFrom>) {
  if ('path' in target) throw new UsageError('--transport udp has no --socket');
  return connectDatagrams(target);
}
