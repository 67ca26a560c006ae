/**
 * All commands in one yargs program. Adding one is one line here and one file beside this; serve.ts shows how such a
 * file looks.
 *
 * Options come from the command line, from HANDOFF_* variables or from `--config file.json`, in this order.
 */
import yargs from 'yargs';
import { UsageError } from '../base/errors.js';
import type { Command } from './command.js';

/**
 * Runs the command that the arguments name.
 * @param args what follows the program's name on the command line
 * @throws UsageError when they are wrong, and whatever the command throws
 */
export async function runCommand(args: readonly string[]): Promise<void> {
  const program = yargs(args)
    .scriptName('handoff')
    .usage(
      '$0 <command>\n\nOne protocol handler, three server models: iterative, event loop, a thread per client.',
    )
    .parserConfiguration({ 'duplicate-arguments-array': false });

  /**
   * Loads the command's file only if its name is among the arguments: imports are most of what a start costs. Beforehand,
   * since yargs does not pass the faults of commands that it loads itself on to fail().
   */
  const add = async <T>(usage: string, describe: string, load: () => Promise<Command<T>>) => {
    const [name = usage] = usage.split(' ');
    const unused = { handler: () => undefined };
    program.command({ command: usage, describe, ...(args.includes(name) ? await load() : unused) });
  };
  await add(
    'serve <service>',
    'serve clients until SIGINT or SIGTERM',
    async () => (await import('./serve.js')).serveCommand,
  );
  await add('bench', 'compare the models under load', async () => (await import('./bench.js')).benchCommand);
  await add(
    'explain [model]',
    'tell how a model serves a client, and what was measured of it here',
    async () => (await import('./explain.js')).explainCommand,
  );
  await add(
    'demo',
    'serve four clients under each model and draw what happened',
    async () => (await import('./demo.js')).demoCommand,
  );
  await add(
    'timeline <log>',
    'draw who was served by which thread, when',
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
    'give files or standard input to the collect service',
    async () => (await import('./send.js')).sendCommand,
  );
  await add(
    'gettime',
    'ask the daytime service for the time',
    async () => (await import('./gettime.js')).gettimeCommand,
  );
  await add(
    'lookup [name] [service]',
    'tell what is known about a host: addresses and names',
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
      // Some of yargs's messages go over several lines.
      throw new UsageError((message ?? 'wrong usage').replace(/\s*\n\s*/g, ' '));
    })
    .parseAsync();
}
