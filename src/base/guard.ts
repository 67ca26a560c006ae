/**
 * Ends the descendants of this process when it ends, in whatever way: even SIGKILL, which no
 * handler can catch, and even descendants that are stopped or compute.
 *
 * Descendants inherit a mark in their environment. A small process of its own, the guard, waits on
 * a pipe that this process holds open and never writes to. The kernel closes the pipe when this
 * process ends; the guard then kills every process with the mark, and removes the temporary
 * directories whose names have it. The descendants themselves, in whatever language, do nothing for
 * it. Linux only, because the guard looks into /proc. Read next: guard-process.ts.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The name of the variable. Not HANDOFF_…: those are options, which the demonstration removes. */
export const MARK = 'STARTED_BY_HANDOFF';

const PROGRAM = fileURLToPath(new URL('./guard-process.js', import.meta.url));

let prefix: string | undefined;

/**
 * Starts the guard, unless it runs already. Processes that are started later have the mark.
 * @returns the prefix of temporary directories that the guard removes
 */
export function guardDescendants(): string {
  if (prefix !== undefined) return prefix;
  const mark = `${process.pid}-${randomBytes(6).toString('hex')}`;
  prefix = join(tmpdir(), `handoff-${mark}-`);
  if (process.platform !== 'linux') return prefix;
  const guard = spawn(process.execPath, [PROGRAM, mark, prefix], {
    // A group of its own: no signal from the terminal or from timeout(1) reaches the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Without a mark: the guard of an outer run must not kill this one before its work is done.
    env: {
      ...process.env,
      [MARK]: undefined,
      NODE_OPTIONS: undefined,
      NODE_V8_COVERAGE: undefined,
    },
  });
  guard.once('error', ({ message }) => {
    process.stderr.write(
      `handoff: no process ends the servers if this one is killed: ${message}\n`,
    );
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  process.env[MARK] = mark;
  return prefix;
}
