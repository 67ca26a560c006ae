/**
 * `handoff connect`: a telnet with the services' default ports. Interactive at a terminal, scripted
 * with a pipe. Read ../clients/talk/telnet.ts and connect.ts next.
 */
import type { Argv } from 'yargs';
import { exchangeBytes } from '../clients/talk/connect.js';
import { exchangeDatagrams } from '../clients/talk/datagrams.js';
import type { Ending } from '../clients/talk/run-dialogue.js';
import { note, TelnetDialogue } from '../clients/talk/telnet.js';
import { openTerminal } from '../clients/terminal/open.js';
import { nameOf, type Target } from '../clients/wire/target.js';
import { connectWire } from '../clients/wire/wire.js';
import { UsageError } from '../base/errors.js';
import { findService, listServices, portOf } from '../services/catalogue.js';
import { runInteractive } from './interactive.js';
import type { ArgumentsOf, Command } from './command.js';
import { LONGEST_TIMEOUT_MS } from './job.js';
import { wholeNumber, type OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = {
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: 'udp: each line becomes one datagram, without its line end',
  },
  timeout: {
    ...wholeNumber('timeout', 1, LONGEST_TIMEOUT_MS),
    describe:
      'how long the server may owe an answer, in ms (default: for ever; udp: 2000 a datagram)',
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
    const { service: name } = args;
    if (name === undefined && args.port === undefined && args.socket === undefined) {
      throw new UsageError(
        'connect needs a service, --port or --socket; for example: handoff connect echo',
      );
    }
    const target = targetFrom(args, name ?? '');
    if (args.transport === 'udp') {
      if ('path' in target) throw new UsageError('datagrams go to a port, not to a --socket');
      noteAnswered(await exchangeDatagrams(target, process.stdin, process.stdout, args.timeout));
      return;
    }
    const closesFirst = findService(name ?? '')?.closesFirst ?? false;
    const { timeout: timeoutMs = 0 } = args;
    const terminal = openTerminal();
    if (!terminal.interactive) {
      const exchange = { timeoutMs, closesFirst };
      noteAnswered(await exchangeBytes(target, process.stdin, process.stdout, exchange));
      return;
    }
    const dialogue = new TelnetDialogue({ server: serverOf(target, name), closesFirst });
    const wire = await connectWire(target, 'loose', timeoutMs);
    const ending = await runInteractive(dialogue, wire, terminal, target);
    process.stderr.write(`${note(ENDINGS[ending])}\n`);
  },
};

/** An error, such as a timeout, has a message of its own. */
const ENDINGS: Readonly<Record<Ending, string>> = {
  closed: 'the server closed the connection',
  left: 'you ended your input, and the server closed the connection',
  interrupted: 'you left',
  unread: 'nothing reads the output',
  late: 'no answer',
};

/** What the user is connected to. A port alone only suggests the service. */
function serverOf(target: Target, name: string | undefined): string {
  const where = nameOf(target);
  if (name !== undefined) return `${name}, ${where}`;
  if ('path' in target) return where;
  const usual = listServices()
    .filter((entry) => target.port === portOf(entry) || target.port === entry.hiiPort)
    .map((entry) => entry.name);
  return usual.length === 0 ? where : `${where} (the port of ${usual.join(' and ')})`;
}

function noteAnswered(answered: boolean): void {
  if (!answered) process.exitCode = 1;
}
