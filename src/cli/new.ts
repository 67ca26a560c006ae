/** `handoff new`: writes a service to start from. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Argv } from 'yargs';
import { StartError, UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import { fileError } from '../base/part-file.js';
import { printable } from '../base/printable.js';
import { typeScriptObstacle } from '../services/own/diagnosis.js';
import type { ArgumentsOf, Command } from './command.js';
import { newService } from './new-template.js';
import { withoutSettings, type OptionSources } from './options.js';

function builder(command: Argv, sources: OptionSources) {
  return withoutSettings(command, sources)
    .positional('file', {
      type: 'string',
      demandOption: true,
      describe: 'the file to write, such as mine.js; mine.ts for Node 22.18 or newer',
    })
    .example('$0 new mine.js', 'then: handoff serve mine.js --watch');
}

export const newCommand: Command<ArgumentsOf<typeof builder>> = {
  builder,
  example: 'new mine.js',
  async handler({ file }) {
    // Written as a module, which .cjs and .cts are not.
    if (!/\.m?[jt]s$/.test(file))
      throw new UsageError(
        `<file> must end in .js, .mjs, .ts or .mts, not as ${JSON.stringify(file)}; for example mine.js`,
      );
    try {
      writeFileSync(file, newService(basename(file)), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError('write', file, error);
      throw new StartError(`cannot write ${printable(file)}: it exists already`, { cause: error });
    }
    const obstacle = typeScriptObstacle(file);
    const next = obstacle ?? `start it with: handoff serve ${file} --watch`;
    await writeOut(`wrote ${printable(file)}; ${next}`);
  },
};
