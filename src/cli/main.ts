/**
 * The process of the command line: runs the command; an error is one line and an exit status. Read
 * program.ts next.
 */
import { StartError, UsageError } from '../base/errors.js';
import { runCommand } from './program.js';

try {
  await runCommand({ args: process.argv.slice(2), env: process.env });
} catch (error) {
  const expected = error instanceof UsageError || error instanceof StartError;
  console.error(expected ? `handoff: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
