/**
 * The guard: a process that outlives the one that started it for a moment, and cleans up after it.
 *
 *     guard-process.js <mark> <prefix of temporary directories>, with a pipe as standard input
 *
 * Its input ends when the other process ends. Read guard.ts first.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MARK } from './guard.js';

const SCAN_INTERVAL_MS = 50;
/**
 * So many scans in a row must find nothing: a child between fork(2) and execve(2) has no mark yet.
 */
const EMPTY_SCANS = 3;
/** A process that hangs in the kernel never ends. */
const LIMIT_MS = 10_000;

const [mark = '', prefix = ''] = process.argv.slice(2);
if (mark === '' || prefix === '') throw new Error('the guard needs a mark and a prefix');

// The guard ends by itself, after the process that it waits for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.once('error', () => undefined);
process.stdin.once('close', () => void cleanUp());
process.stdin.resume();

async function cleanUp(): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  for (let empty = 0; empty < EMPTY_SCANS && performance.now() < endMs;) {
    const found = markedProcesses();
    for (const pid of found) kill(pid);
    empty = found.length === 0 ? empty + 1 : 0;
    await sleep(SCAN_INTERVAL_MS);
  }
  for (const name of readdirSync(dirname(prefix))) {
    if (name.startsWith(basename(prefix)))
      rmSync(join(dirname(prefix), name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function markedProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`${MARK}=${mark}`))
    .map(Number);
}

/** Empty for a process that has ended, or that belongs to another user. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
