/**
 * Opens the file or standard output for one thread's log. Any thread; destination.ts writes to it.
 */
import { createRequire } from 'node:module';
import { descriptorStatsOf, statsOf } from '../base/stats.js';

const require = createRequire(import.meta.url);
const fs = require('node:fs') as typeof import('node:fs');

const STANDARD_OUTPUT = 1;

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = fs.constants;

/** What becomes of lines that a stalled reader does not take. */
export const FULL_POLICIES = ['block', 'drop'] as const;
export type FullPolicy = (typeof FULL_POLICIES)[number];

/** @throws the error of open(2) */
export function openOutput(file: string | undefined, policy: FullPolicy): number {
  if (file === undefined) return policy === 'drop' ? nonBlockingOutput() : STANDARD_OUTPUT;
  const flags = O_WRONLY | O_APPEND | O_CREAT;
  if (!statsOf(file)?.isFIFO()) return fs.openSync(file, flags);
  // Without a reader, this fails and does not wait for one.
  const fd = fs.openSync(file, flags | O_NONBLOCK);
  if (policy === 'drop') return fd;
  const blocking = fs.openSync(file, flags);
  fs.closeSync(fd);
  return blocking;
}

/**
 * Standard output for writes that do not block. A pipe is opened once more, so that other processes
 * that write to it are not affected. That fails for a socket, which stdout-pipe.ts has prepared.
 */
function nonBlockingOutput(): number {
  if (descriptorStatsOf(STANDARD_OUTPUT).isFile()) return STANDARD_OUTPUT;
  try {
    return fs.openSync(`/proc/self/fd/${STANDARD_OUTPUT}`, O_WRONLY | O_NONBLOCK);
  } catch {
    return STANDARD_OUTPUT;
  }
}
