/**
 * `handoff completion`: prints the script by which a shell completes the commands of this program.
 * Read completion-scripts.ts next.
 */
import type { Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { SCRIPTS } from './completion-scripts.js';
import { withoutSettings, type OptionSources } from './options.js';
import { listed, shown } from './settings.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

function builder(command: Argv, sources: OptionSources) {
  return withoutSettings(command, sources)
    .positional('shell', {
      choices: SHELLS,
      coerce: shellNamed,
      demandOption: true,
      describe: 'name of the shell',
    })
    .example('source <($0 completion bash)', 'for this shell; in ~/.bashrc, for every new one')
    .example('source <($0 completion zsh)', 'after compinit, in ~/.zshrc')
    .example('$0 completion fish | source', 'in ~/.config/fish/config.fish');
}

/** @throws UsageError if there is no script for such a shell: yargs would word it otherwise */
function shellNamed(name: string): (typeof SHELLS)[number] {
  const shell = SHELLS.find((one) => one === name);
  if (shell) return shell;
  // No suggestion: csh resembles zsh by its letters only.
  throw new UsageError(`<shell> takes ${listed(SHELLS)}, not ${shown(name)}`);
}

type Arguments = ArgumentsOf<typeof builder>;

export const completionCommand: Command<Arguments> = {
  builder,
  example: 'completion bash',
  async handler({ shell }) {
    await writeOut(SCRIPTS[shell].trimEnd());
  },
};
