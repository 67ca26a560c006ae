/** `handoff connect`: a telnet that knows the default ports. Interactive, or scripted from a pipe. */
import type { Argv } from 'yargs';
import { exchangeBytes } from '../clients/talk/connect.js';
import { exchangeDatagrams } from '../clients/talk/datagrams.js';
import { TelnetDialogue } from '../clients/talk/telnet.js';
import { openTerminal } from '../clients/terminal/open.js';
import { connectWire } from '../clients/wire/wire.js';
import { UsageError } from '../base/errors.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: 'udp: each line is a datagram, sent without its line end',
  },
} as const;

function builder(command: Argv) {
  return withTarget(command, Object.keys(options))
    .positional('service', { type: 'string', describe: 'whose port to use' })
    .options(options)
    .example('$0 connect echo', 'type lines, end with Ctrl-D')
    .example("printf 'work 5\\n' | $0 connect work", 'scripted: exit status 0 if it was answered');
}

type Arguments = ArgumentsOf<typeof builder>;

export const connectCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    if (args.service === undefined && args.port === undefined && args.socket === undefined) {
      throw new UsageError('a service, --port or --socket is expected');
    }
    const target = targetFrom(args, args.service ?? '');
    if (args.transport === 'udp') {
      if ('path' in target) throw new UsageError('datagrams go to a port, not to a --socket');
      noteAnswered(await exchangeDatagrams(target, process.stdin, process.stdout));
      return;
    }
    const terminal = openTerminal();
    if (terminal.interactive) {
      await runInteractive(new TelnetDialogue(), await connectWire(target, 'loose'), terminal, target);
      return;
    }
    noteAnswered(await exchangeBytes(target, process.stdin, process.stdout));
  },
};

function noteAnswered(answered: boolean): void {
  if (!answered) process.exitCode = 1;
}
