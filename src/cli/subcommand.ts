/**
 * Commands within a command, such as `bench compare`: their command lines are checked like those of
 * commands. Main thread. Used by bench.ts and load.ts.
 */
import type { Argv, CommandModule } from 'yargs';
import { withoutSettings, type OptionSources } from './options.js';
import type { SettingOptions } from './settings.js';

export interface Subcommand<T> extends CommandModule<object, T> {
  readonly command: string;
  /** A right command line without `handoff`, for the message about a missing argument. */
  readonly example: string;
  readonly options: SettingOptions;
  readonly builder: (command: Argv) => Argv<T>;
}

/** Adds a subcommand, and checks the command line if it names the subcommand. */
export function withSubcommand<T, U>(
  parent: Argv<T>,
  parentName: string,
  line: OptionSources,
  { options, example, ...module }: Subcommand<U>,
): Argv<T> {
  const usage = `${parentName} ${module.command}`;
  return parent.command({
    ...module,
    builder: (command: Argv) =>
      module.builder(withoutSettings(command, { ...line, usage, example }, options)),
  });
}
