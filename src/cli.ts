#!/usr/bin/env node
/**
 * The command line: one yargs program, one file a command in cli/. Read cli/serve.ts next.
 *
 * Options come from the command line, from HANDOFF_* variables or from `--config file.json`, in this order.
 */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { benchCommand } from './cli/bench.js';
import { chatCommand } from './cli/chat.js';
import { connectCommand } from './cli/connect.js';
import { demoCommand } from './cli/demo.js';
import { explainCommand } from './cli/explain.js';
import { fetchCommand } from './cli/fetch.js';
import { gettimeCommand } from './cli/gettime.js';
import { hangmanCommand } from './cli/hangman.js';
import { modelsCommand, servicesCommand } from './cli/list.js';
import { lookupCommand } from './cli/lookup.js';
import { peerCommand } from './cli/peer.js';
import { quizCommand } from './cli/quiz.js';
import { sendCommand } from './cli/send.js';
import { serveCommand } from './cli/serve.js';
import { tictactoeCommand } from './cli/tictactoe.js';
import { timelineCommand } from './cli/timeline.js';
import { watchCommand } from './cli/watch.js';
import { StartError, UsageError } from './errors.js';

const program = yargs(hideBin(process.argv))
  .scriptName('handoff')
  .usage(
    '$0 <command>\n\nOne protocol handler, three server models: iterative, event loop, a thread per client.',
  )
  .parserConfiguration({ 'duplicate-arguments-array': false })
  .command(serveCommand)
  .command(benchCommand)
  .command(explainCommand)
  .command(connectCommand)
  .command(chatCommand)
  .command(quizCommand)
  .command(hangmanCommand)
  .command(tictactoeCommand)
  .command(fetchCommand)
  .command(sendCommand)
  .command(gettimeCommand)
  .command(lookupCommand)
  .command(peerCommand)
  .command(timelineCommand)
  .command(demoCommand)
  .command(watchCommand)
  .command(servicesCommand)
  .command(modelsCommand)
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
  });

try {
  await program.parseAsync();
} catch (error) {
  const expected = error instanceof UsageError || error instanceof StartError;
  console.error(expected ? `handoff: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
