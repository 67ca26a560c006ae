/**
 * Standard output as a pipe whose reader falls behind. Runs on the main thread, before `handoff
 * serve` starts the server.
 */
import { descriptorStatsOf } from '../base/stats.js';
import type { FullPolicy } from './open-output.js';

const STANDARD_OUTPUT = 1;

/**
 * With `block`, makes logging block while the reader of the pipe has fallen behind. Node makes a pipe
 * non-blocking at the first use of process.stdout, as by yargs. A synchronous write then
 * has to sleep each time the pipe is full. All threads share the pipe. With `drop`, a socket stays non-blocking.
 */
export async function prepareOutput(full: FullPolicy): Promise<void> {
  // Clearing the flags of a file would clear O_APPEND, too; and writing to a file never blocks on a
  // reader.
  if (descriptorStatsOf(STANDARD_OUTPUT).isFile()) return;
  // Nothing else can make writes to a socket return; a pipe is opened once more.
  if (full === 'drop' && descriptorStatsOf(STANDARD_OUTPUT).isSocket()) {
    // The first use makes it non-blocking.
    process.stdout.setDefaultEncoding('utf8');
    return;
  }
  // Without the system calls logging is slower, but right.
  await import('../base/libc/socket.js').then(
    (libc) => libc.setBlocking(STANDARD_OUTPUT),
    () => undefined,
  );
}
