/**
 * `handoff send`: sends files or standard input to the collect service. Read
 * ../clients/once/send.ts next.
 */
import type { Argv } from 'yargs';
import { sendAll, sourcesOf, type Source } from '../clients/once/send.js';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import type { OptionSources } from './options.js';
import { targetFrom, withTarget } from './target.js';

const options = { timeout: timeoutOption } as const;

function builder(command: Argv, sources: OptionSources) {
  return (
    withTarget(command, sources, options)
      // Without this setting yargs keeps only the last of several files.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('file', {
        type: 'string',
        array: true,
        describe: 'files to send (default: standard input)',
      })
      .options(options)
      .example('$0 send notes.txt', 'exit status 0 if the server confirms every byte')
      .example('date | $0 send', 'sends standard input')
  );
}

type Arguments = ArgumentsOf<typeof builder>;

const STANDARD_INPUT: Source = { path: undefined, open: () => process.stdin };

export const sendCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const target = targetFrom(args, 'collect');
    // yargs puts the files after `--` into `_`, whose first word is the command.
    const paths = [...(args.file ?? []), ...args._.slice(1).map(String)];
    // yargs drops the argument `-`. Without files, standard input is the default anyway.
    if (paths.length > 0 && process.argv.includes('-')) {
      throw new UsageError('send takes either files or standard input, not both');
    }
    await runClient(async () => {
      const sources = paths.length === 0 ? [STANDARD_INPUT] : await sourcesOf(paths);
      await writeOut(`OK ${await sendAll(target, sources, args.timeout)}`);
    });
  },
};
