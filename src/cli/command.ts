/** What the file of a command exports: its options and what it does. Its name and its line of help are in program.ts. */
import type { Argv, CommandModule } from 'yargs';

export type Command<Arguments> = Pick<CommandModule<object, Arguments>, 'handler'> & {
  readonly builder?: (command: Argv) => Argv<Arguments>;
};
