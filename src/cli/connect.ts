/**
 * `handoff connect`: a telnet with the services' default ports. Interactive at a terminal, scripted
 * with a pipe. Read ../clients/talk/connect.ts next.
 */
import type { Argv } from 'yargs';
import { exchangeBytes } from '../clients/talk/connect.js';
import { exchangeDatagrams } from '../clients/talk/datagrams.js';
import { TelnetDialogue } from '../clients/talk/telnet.js';
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
    describe: 'udp: each line becomes one datagram, without its line end',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .positional('service', {
      type: 'string',
      describe: 'name of the service, for its default port',
    })
    .options(options)
    .example('$0 connect echo', 'type lines; Ctrl-D ends')
    .example(
      "printf 'work 5\\n' | $0 connect work",
      'scripted: exit status 0 if the server answered',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const connectCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    if (args.service === undefined && args.port === undefined && args.socket === undefined) {
      throw new UsageError(
        'connect needs a service, --port or --socket; for example: handoff connect echo',
      );
    }
    const target = targetFrom(args, args.service ?? '');
    if (args.transport === 'udp') {
      if ('path' in target) throw new UsageError('datagrams go to a port, not to a --socket');
      noteAnswered(await exchangeDatagrams(target, process.stdin, process.stdout));
      return;
    }
    const terminal = openTerminal();
    if (terminal.interactive) {
      await runInteractive(
        new TelnetDialogue(),
        await connectWire(target, 'loose'),
        terminal,
        target,
      );
      return;
    }
    noteAnswered(await exchangeBytes(target, process.stdin, process.stdout));
  },
};

function noteAnswered(answered: boolean): void {
  if (!answered) process.exitCode = 1;
}
