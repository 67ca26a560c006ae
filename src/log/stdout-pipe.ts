/**
 * Standard output as a pipe whose reader falls behind. Runs on the main thread, before `handoff
 * serve` starts the server.
 */
import { fstatSync } from 'node:fs';

const STANDARD_OUTPUT = 1;

/**
 * Makes logging block while the reader of the pipe has fallen behind. Node makes a pipe
 * non-blocking at the first use of process.stdout, as by yargs. pino's synchronous destination then
 * sleeps 100 ms each time the pipe is full, and blocks its thread. All threads share the pipe.
 */
export async function waitForLogReader(): Promise<void> {
  // Clearing the flags of a file would clear O_APPEND, too; and writing to a file never blocks on a
  // reader.
  if (fstatSync(STANDARD_OUTPUT).isFile()) return;
  // Without the system calls logging is slower, but right.
  await import('../base/libc.js').then(
    (libc) => libc.setBlocking(STANDARD_OUTPUT),
    () => undefined,
  );
}
