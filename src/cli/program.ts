/**
 * All commands in one yargs program. A new command takes one line here and one file in this folder,
 * like serve.ts.
 *
 * Options come from the command line, from HANDOFF_* variables or from `--config file.json`, in
 * this order.
 */
import yargs, { type Argv, type FallbackCompletionFunction } from 'yargs';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import {
  ANY_FILE,
  asksForPath,
  candidatesFor,
  requestArguments,
  type ParsedWords,
} from './candidates.js';
import type { Command } from './command.js';
import type { OptionSources } from './options.js';
import { didYouMean } from './suggestion.js';
import { COMPLETIONS, seeHelp, typedOptions } from './typed.js';
import { warningOfVariables } from './variables.js';

/** Widest help. Output that is no terminal may be read on one of the usual 80 columns. */
const MOST_COLUMNS = 100;
const USUAL_COLUMNS = 80;

/** yargs would print a script of its own under this name. */
const NO_COMMAND = '$completion';

/**
 * Runs the command that the arguments name.
 * @param print prints the help, the version and the script for shell completion
 * @throws UsageError when the arguments are wrong, and whatever the command throws
 */
export async function runCommand(
  typed: Pick<OptionSources, 'args' | 'env'>,
  print = writeOut,
): Promise<void> {
  const args = withHelpOption(requestArguments(typed.args));
  if (asksForPath(args)) return print(ANY_FILE);
  const sources = { args, env: typed.env };
  const warning = warningOfVariables(sources.env);
  if (warning !== undefined) console.error(`handoff: ${warning}`);
  const names = ['help'];
  const program = yargs(args)
    .scriptName('handoff')
    .usage(
      '$0 <command>\n\nOne protocol handler, four server models: iterative, event loop, a thread per client, and several event loops.',
    )
    .parserConfiguration({ 'duplicate-arguments-array': false });
  renderHelpOnlyIfAsked(program);

  /**
   * Loads the command's file only if its name is among the arguments: imports are most of what a
   * start costs. Loads it here, because yargs does not pass the errors of commands that it loads
   * itself to fail().
   */
  const add = async <T>(usage: string, describe: string, load: () => Promise<Command<T>>) => {
    const [name = usage] = usage.split(' ');
    names.push(name);
    if (!args.includes(name)) {
      program.command({ command: usage, describe, handler: () => undefined });
      return;
    }
    const { builder, handler, example } = await load();
    program.command({
      command: usage,
      describe,
      handler,
      ...(builder && {
        builder: (command: Argv) => builder(command, { ...sources, usage, example }),
      }),
    });
  };
  await add('serve <service>', 'serve clients until SIGINT or SIGTERM', () =>
    import('./serve.js').then((m) => m.serveCommand),
  );
  await add('new <file>', 'write a service of your own to start from', () =>
    import('./new.js').then((m) => m.newCommand),
  );
  await add('bench', 'compare the models under load', () =>
    import('./bench.js').then((m) => m.benchCommand),
  );
  await add('load [address]', 'load a server that runs, and measure its answers', () =>
    import('./load.js').then((m) => m.loadCommand),
  );
  await add('check <exercise> [address] [command..]', 'check a server against an exercise', () =>
    import('./check.js').then((m) => m.checkCommand),
  );
  await add(
    'explain [model]',
    'describe how a model serves a client, and what was measured of it here',
    () => import('./explain.js').then((m) => m.explainCommand),
  );
  await add('demo', 'serve four clients under each model and draw what happened', () =>
    import('./demo.js').then((m) => m.demoCommand),
  );
  await add('lab', 'play with all models side by side in a browser, live', () =>
    import('./lab.js').then((m) => m.labCommand),
  );
  await add('timeline <log>', 'draw which thread served which client, and when', () =>
    import('./timeline.js').then((m) => m.timelineCommand),
  );
  await add('watch <path>', 'show what a running server does: threads, clients, queue', () =>
    import('./watch.js').then((m) => m.watchCommand),
  );
  await add('connect [service]', 'talk to a server', () =>
    import('./connect.js').then((m) => m.connectCommand),
  );
  await add('chat', 'chat with others', () => import('./chat.js').then((m) => m.chatCommand));
  await add('quiz', 'answer questions for points', () =>
    import('./quiz.js').then((m) => m.quizCommand),
  );
  await add('hangman', "guess the server's word", () =>
    import('./hangman.js').then((m) => m.hangmanCommand),
  );
  await add('tictactoe', 'play tic-tac-toe against another client', () =>
    import('./tictactoe.js').then((m) => m.tictactoeCommand),
  );
  await add('fetch [url]', 'get a page over HTTP', () =>
    import('./fetch.js').then((m) => m.fetchCommand),
  );
  await add('send [file..]', 'send files or standard input to the collect service', () =>
    import('./send.js').then((m) => m.sendCommand),
  );
  await add('gettime', 'ask the daytime service for the time', () =>
    import('./gettime.js').then((m) => m.gettimeCommand),
  );
  await add('lookup [name] [service]', 'show the addresses and names of a host', () =>
    import('./lookup.js').then((m) => m.lookupCommand),
  );
  await add('peer [peer..]', 'serve a folder and fetch a file from every peer', () =>
    import('./peer.js').then((m) => m.peerCommand),
  );
  await add('services', 'list the services', () =>
    import('./list.js').then((m) => m.servicesCommand),
  );
  await add('models', 'list the server models', () =>
    import('./list.js').then((m) => m.modelsCommand),
  );

  await add(
    'completion <shell>',
    'print a script for bash, zsh or fish that completes commands',
    () => import('./completion.js').then((m) => m.completionCommand),
  );

  checkCommand(args, names);
  const offer: FallbackCompletionFunction = (_current, parsed: ParsedWords, usual, done) => {
    usual((_error, offered = []) => {
      // The first two arguments are the request and the name of the program.
      done(candidatesFor(args.slice(2), parsed, offered));
    });
  };
  // yargs itself would print without noticing that the output cannot be written.
  let printed = '';
  await program
    .completion(NO_COMMAND, false, offer)
    .demandCommand(1)
    .strict()
    .wrap(Math.min(MOST_COLUMNS, process.stdout.columns || USUAL_COLUMNS))
    .updateStrings({
      'Arguments %s and %s are mutually exclusive':
        '--%s and --%s exclude each other; leave one out',
    })
    .exitProcess(false)
    .fail((message: string | undefined, error: Error | undefined) => {
      if (error && !message) throw error;
      // Some messages of yargs have several lines.
      const lines = (message ?? 'wrong usage').split('\n').map((line) => line.trim());
      throw new UsageError(lines.filter((line) => line !== '').join(' '));
    })
    .parseAsync(args, {}, (_error, _parsed, output) => {
      printed = output;
    });
  if (printed !== '') await print(printed);
}

/** Inside yargs, which has no public way to do without; another release may lack it. */
export interface YargsInternals {
  getInternalMethods?: () => { getUsageInstance(): { cacheHelpMessage: () => void } };
}

/**
 * yargs renders a command's help whenever it has called the handler, in case the program asks for it
 * later. No command does, and for `serve` that is 60 ms of CPU time.
 */
function renderHelpOnlyIfAsked(program: object): void {
  const usage = (program as YargsInternals).getInternalMethods?.().getUsageInstance();
  if (usage) usage.cacheHelpMessage = () => undefined;
}

/** `help serve` as `serve --help`. */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...command] = args;
  return first === 'help' && command.length > 0 ? [...command, '--help'] : args;
}

/** @throws UsageError if the first argument is no command, or there is none */
function checkCommand(args: readonly string[], names: readonly string[]): void {
  const [first] = args;
  if (first?.startsWith('-') === false) {
    if (names.includes(first)) return;
    throw new UsageError(
      `there is no command ${JSON.stringify(first)}${didYouMean(first, names, seeHelp(''))}`,
    );
  }
  if (first === COMPLETIONS || args.some((arg) => names.includes(arg))) return;
  // Refuses the other options.
  typedOptions({ args, usage: '' }, {});
  if (args.includes('--help') || args.includes('--version')) return;
  throw new UsageError(`a command is expected; ${seeHelp('')}`);
}
