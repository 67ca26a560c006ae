/** The command line's process: runs the command and tells by one line and a status how it went. Read program.ts next. */
import { StartError, UsageError } from '../base/errors.js';
import { runCommand } from './program.js';

try {
  await runCommand(process.argv.slice(2));
} catch (error) {
  const expected = error instanceof UsageError || error instanceof StartError;
  console.error(expected ? `handoff: ${error.message}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
