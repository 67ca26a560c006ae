/** Errors that end the program, by whose mistake it was. Their message is the one line that the user sees. */

/** The server or client cannot start or go on as it was asked to. Exit status 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The command line, the environment or the configuration file is wrong. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
