/**
 * Resource usage of a process from Linux's /proc: CPU time, memory, threads, open descriptors.
 *
 * The load process samples at both ends of a measured window, the runner in the scenario idle.
 * Without /proc, or without the process, a sample is undefined, and tables show a dash.
 */
import { readFileSync, readdirSync } from 'node:fs';

export interface ProcessSample {
  /** User and system time of all threads, also of ended ones, in steps of 10 ms. */
  readonly cpuMs: number;
  /** Resident memory, including pages shared with other processes. */
  readonly rssBytes: number;
  readonly threads: number;
  readonly descriptors: number;
}

/** One tick of /proc (USER_HZ), 1/100 s on every Linux that Node supports. */
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
    // The system has no /proc, or the process ended during the reads.
    return undefined;
  }
}

/**
 * The sum over several processes; undefined if none of them exists. CPU time includes that of
 * children that have ended and that a process has waited for. Memory that they share counts for
 * each of them.
 */
export function sampleProcesses(pids: readonly number[]): ProcessSample | undefined {
  const samples = pids.flatMap((pid) => {
    const sample = sampleProcess(pid);
    return sample === undefined ? [] : [{ ...sample, cpuMs: sample.cpuMs + reapedCpuMs(pid) }];
  });
  if (samples.length === 0) return undefined;
  const sum = (of: (sample: ProcessSample) => number) =>
    samples.reduce((total, sample) => total + of(sample), 0);
  return {
    cpuMs: sum(({ cpuMs }) => cpuMs),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    threads: sum(({ threads }) => threads),
    descriptors: sum(({ descriptors }) => descriptors),
  };
}

/** CPU time of all processes since boot, without interrupts; undefined without /proc. */
export function machineCpuMs(): number | undefined {
  try {
    const [user, nice, system] =
      readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.match(/\d+/g) ?? [];
    return (Number(user) + Number(nice) + Number(system)) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** The soft limit on open descriptors of this process and its children; Infinity if unknown. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    // Without /proc, the limit shows as EMFILE, which counts as an error.
    return Infinity;
  }
}

/** utime + stime, fields 14 and 15. */
function cpuTicks(stat: string): number {
  const fields = statFields(stat);
  return Number(fields[11]) + Number(fields[12]);
}

/** cutime + cstime, fields 16 and 17: of the children that the process has waited for. */
function reapedCpuMs(pid: number): number {
  try {
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    return 0;
  }
}

/**
 * The fields of /proc/…/stat from the third on, the state. The name before them may contain spaces
 * and brackets.
 */
export function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function field(status: string, name: string): number {
  const value = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1];
  if (value === undefined) throw new Error(`no ${name} in /proc/…/status`);
  return Number(value);
}
