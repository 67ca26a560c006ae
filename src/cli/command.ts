/** What the file of a command exports. program.ts has its name and its line of help. */
import type { Argv, CommandModule } from 'yargs';

export type Command<Arguments> = Pick<CommandModule<object, Arguments>, 'handler'> & {
  readonly builder?: (command: Argv) => Argv<Arguments>;
};

/** The arguments that a builder's options yield. */
export type ArgumentsOf<Builder extends (command: Argv) => unknown> =
  ReturnType<Builder> extends Argv<infer T> ? T : never;

/** Exit status of a program that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;
