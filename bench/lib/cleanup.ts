/**
 * What a run of the bench must not leave behind, however it ends: child processes and temporary directories.
 *
 * Runs in the process of whoever measures. When that exits, children are killed and directories removed; nothing but
 * SIGKILL keeps it from that. A signal waits for the children's ends, as a server may be about to write:
 *
 *     SIGINT ──► children killed, user told ──► all ended, or 5 s ──► exit status 130 ──► directories removed
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A killed process with a thousand threads takes a moment; one that hangs in the kernel is not waited for. */
const LONGEST_END_MS = 5000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const children = new Set<ChildProcess>();
const directories = new Set<string>();
let isListening = false;
let tell: (() => void) | undefined;
let onLastEnd: (() => void) | undefined;
let status: number | undefined;

/** The child is killed when this process ends before it. */
export function endWithThisProcess(child: ChildProcess): void {
  if (child.pid === undefined) return;
  listen();
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) onLastEnd?.();
  });
  // Started by what has not noticed yet.
  if (status !== undefined) child.kill('SIGKILL');
}

/** A directory for as long as `use` takes. */
export async function withTemporaryDirectory<Result>(
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  listen();
  // Not asynchronously: a signal that comes before it is noted would leave it.
  const directory = mkdtempSync(join(tmpdir(), 'handoff-bench-'));
  directories.add(directory);
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    directories.delete(directory);
  }
}

/** What the user is told when a signal comes, in place of what was told before. */
export function whenInterrupted(say: () => void): void {
  listen();
  tell = say;
}

/** The exit status for which a signal is ending this process: what fails from then on has failed for that. */
export function interruptedStatus(): number | undefined {
  return status;
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  process.once('exit', removeAll);
  for (const signal of SIGNALS) process.on(signal, () => void end(signal));
}

async function end(signal: (typeof SIGNALS)[number]): Promise<void> {
  // timeout(1) sends one signal twice, to the process and to its group.
  if (status !== undefined) return;
  status = 128 + constants.signals[signal];
  killAll();
  tell?.();
  if (children.size > 0) {
    const ended = new Promise<void>((resolve) => (onLastEnd = resolve));
    await Promise.race([ended, delay(LONGEST_END_MS, undefined, { ref: false })]);
  }
  // Whoever else listens decides what comes now.
  if (process.listenerCount(signal) === 1) process.exit(status);
}

function removeAll(): void {
  killAll();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}
