/** `handoff new`: writes a service to start from. */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Argv } from 'yargs';
import { StartError, UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { newService } from './new-template.js';

function builder(command: Argv) {
  return command
    .positional('file', {
      type: 'string',
      demandOption: true,
      describe: 'the file to write, such as mine.js; mine.ts for Node 22.18 or newer',
    })
    .example('$0 new mine.js', 'then: handoff serve mine.js --watch');
}

export const newCommand: Command<ArgumentsOf<typeof builder>> = {
  builder,
  async handler({ file }) {
    // Written as a module, which .cjs and .cts are not.
    if (!/\.m?[jt]s$/.test(file))
      throw new UsageError(`${JSON.stringify(file)} must end in .js, .mjs, .ts or .mts`);
    try {
      writeFileSync(file, newService(basename(file)), { flag: 'wx' });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'EEXIST' ? 'it exists already' : message;
      throw new StartError(`cannot write ${file}: ${why}`, { cause: error });
    }
    await writeOut(`wrote ${file}; start it with: npx handoff serve ${file} --watch\n`);
  },
};
