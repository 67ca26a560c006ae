/**
 * Errors that end the program, by their cause. For the first two, the user sees the message, in one
 * line.
 */

/** The server or client cannot start, or cannot continue. Exit status 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The command line, the environment or the configuration file is wrong. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Ends the program for a fault of its own. It throws an uncaught error: the server only logs
 * unhandled rejections, because services cause those, too.
 */
export function endLoudly(what: string, cause: unknown): void {
  queueMicrotask(() => {
    throw new Error(what, { cause });
  });
}
