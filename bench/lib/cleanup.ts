/**
 * Removes what a run of the bench must not leave behind: child processes and temporary directories.
 *
 * Runs in the runner. When it exits, it kills its children and removes its directories. On a signal
 * it first waits for the children to end, because they may be writing:
 *
 *     SIGINT ─► kill children, call back ─► all ended, or 5 s ─► exit 130 ─► remove directories
 *
 * After SIGKILL, the guard does all that: src/base/guard.ts, to read next.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { guardDescendants } from '../../src/base/guard.js';

/** Time limit for killed children: one that hangs in the kernel never ends. */
const END_LIMIT_MS = 5000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The children, each with the function that kills it. */
const children = new Map<ChildProcess, () => void>();
const directories = new Set<string>();
let directoryPrefix: string | undefined;
let onSignal: (() => void) | undefined;
let onLastChildExit: (() => void) | undefined;
let status: number | undefined;

/**
 * Starts a child that ends with this process.
 * @param kill default: SIGKILL for the child alone, not for its own children
 */
export function startChild<Child extends ChildProcess>(
  start: () => Child,
  kill: (child: Child) => void = (child) => child.kill('SIGKILL'),
): Child {
  installHandlers();
  const child = start();
  if (child.pid === undefined) return child;
  children.set(child, () => kill(child));
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) onLastChildExit?.();
  });
  // The caller may start a child before it notices the signal.
  if (status !== undefined) kill(child);
  return child;
}

/** Creates a directory and removes it when `use` has settled. */
export async function withTemporaryDirectory<Result>(
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  // Synchronous: a signal between creating and registering the directory would leave it behind.
  const directory = mkdtempSync(installHandlers());
  directories.add(directory);
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
    directories.delete(directory);
  }
}

/** Calls `callback` when a signal ends this process. Replaces the previous callback. */
export function onInterrupt(callback: () => void): void {
  installHandlers();
  onSignal = callback;
}

/** The exit status if a signal is ending this process; any later failure is a consequence of it. */
export function interruptedStatus(): number | undefined {
  return status;
}

/** @returns the prefix of the temporary directories */
function installHandlers(): string {
  if (directoryPrefix !== undefined) return directoryPrefix;
  process.once('exit', removeAll);
  for (const signal of SIGNALS) process.on(signal, () => void end(signal));
  return (directoryPrefix = guardDescendants());
}

async function end(signal: (typeof SIGNALS)[number]): Promise<void> {
  // timeout(1) sends the signal to the process and to its group, so it arrives twice.
  if (status !== undefined) return;
  status = 128 + constants.signals[signal];
  killAll();
  onSignal?.();
  if (children.size > 0) {
    const ended = new Promise<void>((resolve) => (onLastChildExit = resolve));
    await Promise.race([ended, delay(END_LIMIT_MS, undefined, { ref: false })]);
  }
  // Another listener for the signal decides itself when to exit.
  if (process.listenerCount(signal) === 1) process.exit(status);
}

function removeAll(): void {
  killAll();
  for (const directory of directories)
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
}

function killAll(): void {
  for (const kill of children.values()) kill();
}
