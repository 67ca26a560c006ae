/**
 * What a process has used so far, from Linux's /proc: processor time, memory, threads, open descriptors.
 *
 * Called by the generator at both ends of a measured window and by the runner for the capacity scenario.
 * Where there is no /proc, or the process has gone, the answer is undefined, and tables show a dash.
 */
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessSample {
  /** User and system time of all threads, including those that have ended; in steps of 10 ms. */
  readonly cpuMs: number;
  /** Resident memory, with the pages it shares with other processes. */
  readonly rssBytes: number;
  readonly threads: number;
  readonly descriptors: number;
}

/** USER_HZ: what /proc counts in, 100 a second on every Linux that Node supports. */
const TICK_MS = 10;

export function sampleProcess(pid: number): ProcessSample | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return {
      cpuMs: cpuTicks(stat) * TICK_MS,
      rssBytes: field(status, 'VmRSS') * 1024,
      threads: field(status, 'Threads'),
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
    };
  } catch {
    // No /proc on this system, or the process ended while it was being read: both mean "not known".
    return undefined;
  }
}

/** What all processes together have used since the start, without interrupts; undefined where there is no /proc. */
export function machineCpuMs(): number | undefined {
  try {
    const [user, nice, system] = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.match(/\d+/g) ?? [];
    return (Number(user) + Number(nice) + Number(system)) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** The soft limit on open descriptors of this process, which its children inherit; Infinity if not known. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    // As above: without /proc the limit shows itself as EMFILE, which is counted as an error.
    return Infinity;
  }
}

/** utime and stime, fields 14 and 15; the name before them may contain spaces and brackets. */
function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function field(status: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1];
  if (value === undefined) throw new Error(`no ${name} in /proc/…/status`);
  return Number(value);
}
