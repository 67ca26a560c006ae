/** Whoever reads the log from a pipe, and falls behind. Main thread; `handoff serve` looks after it before it starts. */
import { fstatSync } from 'node:fs';

const STANDARD_OUTPUT = 1;

/**
 * Makes whoever logs wait while the reader of a pipe has fallen behind. Node makes a pipe non-blocking as soon as
 * anybody looks at process.stdout, as yargs does; pino's synchronous destination then sleeps 100 ms whenever the
 * pipe is full, and the thread with it. The other threads share the pipe.
 */
export async function waitForLogReader(): Promise<void> {
  // Clearing flags on a file would clear O_APPEND, too; and a file never makes anybody wait.
  if (fstatSync(STANDARD_OUTPUT).isFile()) return;
  // Without the system calls it remains as it was: slower, not wrong.
  await import('../base/libc.js').then(
    (libc) => libc.setBlocking(STANDARD_OUTPUT),
    () => undefined,
  );
}
