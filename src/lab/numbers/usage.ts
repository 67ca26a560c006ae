/**
 * What a process, and the whole machine, used since they were last asked, from Linux's /proc. The
 * lab's main thread.
 */
import { availableParallelism } from 'node:os';
import { machineCpuMs, sampleProcess } from '../../../bench/lib/process-stats.js';
import type { MachineView, Numbers } from '../protocol.js';

const BYTES_IN_MB = 1024 * 1024;
/** A shorter time would be too coarse: /proc counts in steps of 10 ms. */
const LEAST_SPAN_MS = 900;
/** From here on the models compete for the cores more than for anything else. */
const BUSY_PERCENT = 95;
/** A lag of the lab's own loop that shows in the latencies. */
const LAG_MS = 50;
const LATE = 'The clients of this page';

type Usage = Pick<Numbers, 'cpuPercent' | 'memoryMb' | 'threads'>;

/** 0 if there is no such process. */
export function memoryMbOf(pid: number | undefined): number {
  const sample = pid === undefined ? undefined : sampleProcess(pid);
  return (sample?.rssBytes ?? 0) / BYTES_IN_MB;
}

export class ProcessUsage {
  #pid: number | undefined;
  #cpuMs: number | undefined;
  #atMs = 0;
  #last: Usage = {};

  take(pid: number | undefined, nowMs: number): Usage {
    const sample = pid === undefined ? undefined : sampleProcess(pid);
    if (!sample) {
      this.#cpuMs = undefined;
      return (this.#last = {});
    }
    const isNew = pid !== this.#pid || this.#cpuMs === undefined;
    const spanMs = nowMs - this.#atMs;
    if (!isNew && spanMs < LEAST_SPAN_MS) return this.#last;
    const cpuPercent = ((sample.cpuMs - (this.#cpuMs ?? 0)) / spanMs) * 100;
    this.#last = {
      ...(!isNew && { cpuPercent }),
      memoryMb: sample.rssBytes / BYTES_IN_MB,
      threads: sample.threads,
    };
    this.#pid = pid;
    this.#cpuMs = sample.cpuMs;
    this.#atMs = nowMs;
    return this.#last;
  }
}

export class MachineUsage {
  readonly #own = new ProcessUsage();
  #cpuMs = machineCpuMs();
  #atMs: number;
  #busyPercent: number | undefined;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /**
   * @param lagMs how late the lab's own loop has been
   * @param serversPercent what the servers use, of one core
   */
  take(nowMs: number, lagMs: number, serversPercent: number): MachineView {
    const cores = availableParallelism();
    const spanMs = nowMs - this.#atMs;
    if (spanMs >= LEAST_SPAN_MS) {
      const cpuMs = machineCpuMs();
      if (cpuMs !== undefined && this.#cpuMs !== undefined)
        this.#busyPercent = Math.min(100, ((cpuMs - this.#cpuMs) / spanMs / cores) * 100);
      this.#cpuMs = cpuMs;
      this.#atMs = nowMs;
    }
    const { cpuPercent } = this.#own.take(process.pid, nowMs);
    const ownPercent = (serversPercent + (cpuPercent ?? 0)) / cores;
    const warning = warningOf(cores, this.#busyPercent ?? 0, ownPercent, lagMs);
    return {
      cores,
      ...(this.#busyPercent !== undefined && { busyPercent: this.#busyPercent }),
      serversPercent,
      ...(cpuPercent !== undefined && { labPercent: cpuPercent }),
      ...(warning !== undefined && { warning }),
    };
  }
}

/** Whether a warning says that the lab itself was late, and not that the cores are taken. */
export function isAboutLag(warning: string): boolean {
  return warning.startsWith(LATE);
}

/** @param ownPercent what the lab and its servers use of all cores */
function warningOf(
  cores: number,
  busyPercent: number,
  ownPercent: number,
  lagMs: number,
): string | undefined {
  const machine = cores === 1 ? 'its core is' : `its ${cores} cores are`;
  if (busyPercent >= BUSY_PERCENT && ownPercent < busyPercent / 2)
    return `Other programs keep this machine busy: ${machine} taken, so all models wait for them.`;
  if (busyPercent >= BUSY_PERCENT)
    return `This machine is too small for what was asked: ${machine} busy, so all models wait for each other.`;
  if (lagMs >= LAG_MS)
    return `${LATE} were ${Math.round(lagMs)} ms late themselves: the latencies contain that.`;
  return undefined;
}
