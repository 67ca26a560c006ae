/**
 * For load tests: `work <ms>` uses that much processor time, `sleep <ms>` waits that long. Both
 * answer `done <ms>`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connection/connection.js';
import { forEachMessage } from '../connection/lines.js';
import { reply } from '../connection/text.js';
import type { Service } from './service.js';

const MAX_MS = 10_000;

/**
 * Processor time of this thread, not wall time: two jobs that share a core must take twice as long
 * as one. Without the system calls wall time is the best available.
 */
const cpuMs = await import('../base/libc/thread.js').then(
  (libc) => libc.threadCpuMs,
  () => () => performance.now(),
);

export const service: Service = {
  serve: (connection, { options }) =>
    forEachMessage(connection, options.framing, (line) => answer(connection, line)),
};

/** Does what a line asks for; the lab's service (../lab/service/) knows one more line. */
export function answer(connection: Connection, line: string) {
  const [, verb, digits] = /^(work|sleep) (\d{1,9})$/.exec(line) ?? [];
  if (digits === undefined) return reply(connection, 'ERR expected: work <ms> or sleep <ms>\n');
  const ms = Number(digits);
  if (ms > MAX_MS) return reply(connection, `ERR at most ${MAX_MS} ms\n`);
  const done = () => reply(connection, `done ${ms}\n`);
  if (verb === 'sleep') return sleep(ms).then(done);
  burn(ms);
  return done();
}

function burn(ms: number): void {
  const end = cpuMs() + ms;
  while (cpuMs() < end);
}
