/**
 * The type of a command: its options and its handler. program.ts has the name and the help line of
 * each command.
 */
import type { Argv, CommandModule } from 'yargs';
import type { OptionSources } from './options.js';

export type Command<Arguments> = Pick<CommandModule<object, Arguments>, 'handler'> & {
  readonly builder?: (command: Argv, sources: OptionSources) => Argv<Arguments>;
  /** A right command line without `handoff`, for the message about a missing argument. */
  readonly example?: string;
};

/** The arguments that a builder's options yield. */
export type ArgumentsOf<Builder extends (command: Argv, sources: OptionSources) => unknown> =
  ReturnType<Builder> extends Argv<infer T> ? T : never;

/** Exit status of a program that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;
