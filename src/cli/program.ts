/**
 * All commands in one yargs program. A new command takes one line here and one file in this folder,
 * like serve.ts.
 *
 * Options come from the command line, from HANDOFF_* variables or from `--config file.json`, in
 * this order.
 */
import yargs, { type Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import type { Command } from './command.js';
import type { OptionSources } from './options.js';

/**
 * Runs the command that the arguments name.
 * @throws UsageError when the arguments are wrong, and whatever the command throws
 */
export async function runCommand(sources: OptionSources): Promise<void> {
  const { args } = sources;
  const program = yargs(args)
    .scriptName('handoff')
    .usage(
      '$0 <command>\n\nOne protocol handler, three server models: iterative, event loop, a thread per client.',
    )
    .parserConfiguration({ 'duplicate-arguments-array': false });

  /**
   * Loads the command's file only if its name is among the arguments: imports are most of what a
   * start costs. Loads it here, because yargs does not pass the errors of commands that it loads
   * itself to fail().
   */
  const add = async <T>(usage: string, describe: string, load: () => Promise<Command<T>>) => {
    const [name = usage] = usage.split(' ');
    if (!args.includes(name)) {
      program.command({ command: usage, describe, handler: () => undefined });
      return;
    }
    const { builder, handler } = await load();
    program.command({
      command: usage,
      describe,
      handler,
      ...(builder && { builder: (command: Argv) => builder(command, sources) }),
    });
  };
  await add(
    'serve <service>',
    'serve clients until SIGINT or SIGTERM',
    async () => (await import('./serve.js')).serveCommand,
  );
  await add('bench', 'compare the models under load', async () => (await import('./bench.js')).benchCommand);
  await add(
    'explain [model]',
    'describe how a model serves a client, and what was measured of it here',
    async () => (await import('./explain.js')).explainCommand,
  );
  await add(
    'demo',
    'serve four clients under each model and draw what happened',
    async () => (await import('./demo.js')).demoCommand,
  );
  await add(
    'timeline <log>',
    'draw which thread served which client, and when',
    async () => (await import('./timeline.js')).timelineCommand,
  );
  await add(
    'watch <path>',
    'show what a running server does: threads, clients, queue',
    async () => (await import('./watch.js')).watchCommand,
  );
  await add(
    'connect [service]',
    'talk to a server',
    async () => (await import('./connect.js')).connectCommand,
  );
  await add('chat', 'chat with others', async () => (await import('./chat.js')).chatCommand);
  await add('quiz', 'answer questions for points', async () => (await import('./quiz.js')).quizCommand);
  await add('hangman', "guess the server's word", async () => (await import('./hangman.js')).hangmanCommand);
  await add(
    'tictactoe',
    'play tic-tac-toe against another client',
    async () => (await import('./tictactoe.js')).tictactoeCommand,
  );
  await add('fetch [url]', 'get a page over HTTP', async () => (await import('./fetch.js')).fetchCommand);
  await add(
    'send [file..]',
    'send files or standard input to the collect service',
    async () => (await import('./send.js')).sendCommand,
  );
  await add(
    'gettime',
    'ask the daytime service for the time',
    async () => (await import('./gettime.js')).gettimeCommand,
  );
  await add(
    'lookup [name] [service]',
    'show the addresses and names of a host',
    async () => (await import('./lookup.js')).lookupCommand,
  );
  await add(
    'peer [peer..]',
    'serve a folder and fetch a file from every peer',
    async () => (await import('./peer.js')).peerCommand,
  );
  await add('services', 'list the services', async () => (await import('./list.js')).servicesCommand);
  await add('models', 'list the server models', async () => (await import('./list.js')).modelsCommand);

  await program
    .completion('completion', 'print a script for shell completion')
    .demandCommand(1, 'a command is expected; see handoff --help')
    .strict()
    .recommendCommands()
    .wrap(Math.min(100, process.stdout.columns || 100))
    .exitProcess(false)
    .fail((message: string | undefined, error: Error | undefined) => {
      if (error && !message) throw error;
      // Some messages of yargs have several lines.
      throw new UsageError((message ?? 'wrong usage').replace(/\s*\n\s*/g, ' '));
    })
    .parseAsync();
}
