/** What the file of a command exports: its options and its handler. program.ts has its name and its line of help. */
import type { Argv, CommandModule } from 'yargs';
import type { OptionSources } from './options.js';

export type Command<Arguments> = Pick<CommandModule<object, Arguments>, 'handler'> & {
  readonly builder?: (command: Argv, sources: OptionSources) => Argv<Arguments>;
};
