/** `handoff send`: gives files or standard input to the collect service. Read clients/once/send.ts next. */
import type { Argv } from 'yargs';
import { sendAll, sourcesOf, type Source } from '../clients/once/send.js';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import { targetFrom, withTarget } from './target.js';

const options = { timeout: timeoutOption } as const;

function builder(command: Argv) {
  return (
    withTarget(command, Object.keys(options))
      // Otherwise only the last of several files would be left.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('file', { type: 'string', array: true, describe: 'what to send (default: standard input)' })
      .options(options)
      .example('$0 send notes.txt', 'exit status 0 if the server says that it got every byte')
      .example('date | $0 send', 'from a pipe')
  );
}

type Arguments = ArgumentsOf<typeof builder>;

const STANDARD_INPUT: Source = { path: undefined, open: () => process.stdin };

export const sendCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const target = targetFrom(args, 'collect');
    // What follows a `--` is not among them; yargs's first word is the command itself.
    const paths = [...(args.file ?? []), ...args._.slice(1).map(String)];
    // yargs drops a lone `-`, which alone is the default anyway.
    if (paths.length > 0 && process.argv.includes('-')) {
      throw new UsageError('files and standard input cannot be sent together');
    }
    await runClient(async () => {
      const sources = paths.length === 0 ? [STANDARD_INPUT] : await sourcesOf(paths);
      await writeOut(`OK ${await sendAll(target, sources, args.timeout)}`);
    });
  },
};
