/** Errors that end the program, by whose mistake it was. The message of the first two is the one line that the user sees. */

/** The server or client cannot start or go on as it was asked to. Exit status 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The command line, the environment or the configuration file is wrong. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault of the program itself: an uncaught error, which ends it, and not a rejection, which a service may forget. */
export function endLoudly(what: string, cause: unknown): void {
  queueMicrotask(() => {
    throw new Error(what, { cause });
  });
}
