/**
 * `handoff completion`: prints the script by which a shell completes the commands of this program.
 * Read completion-scripts.ts next.
 */
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { SCRIPTS } from './completion-scripts.js';
import { withoutSettings, type OptionSources } from './options.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

function builder(command: Argv, sources: OptionSources) {
  return withoutSettings(command, sources)
    .positional('shell', { choices: SHELLS, demandOption: true, describe: 'name of the shell' })
    .example('source <($0 completion bash)', 'for this shell; in ~/.bashrc, for every new one')
    .example('source <($0 completion zsh)', 'after compinit, in ~/.zshrc')
    .example('$0 completion fish | source', 'in ~/.config/fish/config.fish');
}

type Arguments = ArgumentsOf<typeof builder>;

export const completionCommand: Command<Arguments> = {
  builder,
  example: 'completion bash',
  async handler({ shell }) {
    await writeOut(SCRIPTS[shell].trimEnd());
  },
};
