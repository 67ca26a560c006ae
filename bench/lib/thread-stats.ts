/**
 * What the threads of a server did between two moments, from Linux's /proc: processor time to the
 * nanosecond, context switches, and how the time is divided among workers.
 *
 * The load process samples at both ends of a measured window; process-stats.ts has the coarser
 * numbers that every load takes. A thread that ends takes its counts with it, so a server that starts
 * a thread for each client has no number of switches.
 */
import { readFileSync, readdirSync } from 'node:fs';

interface ThreadSample {
  readonly pid: number;
  readonly isMain: boolean;
  readonly ranNs: number;
  /** Time in which it could have run, but had no core. */
  readonly waitedNs: number;
  /** It gave its core away, because it waited for something. */
  readonly voluntary: number;
  /** The kernel took its core away. */
  readonly involuntary: number;
}

/** By thread id. */
export type ThreadSamples = ReadonlyMap<number, ThreadSample>;

/** Sums over the threads of a server. */
export interface ThreadWork {
  readonly ranNs: number;
  readonly waitedNs: number;
  readonly voluntary: number;
  readonly involuntary: number;
  /**
   * Processor time of each possible worker, the busiest first: of each process but the first, or of
   * each thread but the main one if there is one process.
   */
  readonly workersNs: readonly number[];
}

/** Undefined if the kernel does not show it, or if no process is left. */
export function sampleThreads(pids: readonly number[]): ThreadSamples | undefined {
  const samples = new Map<number, ThreadSample>();
  for (const pid of pids) {
    for (const tid of threadsOf(pid)) {
      const sample = sampleThread(pid, tid);
      if (sample !== undefined) samples.set(tid, sample);
    }
  }
  return samples.size === 0 ? undefined : samples;
}

/**
 * What was done between two samples. Threads that began meanwhile count from their start.
 * @param root the server's first process, which is no worker if there are others
 */
export function workBetween(before: ThreadSamples, after: ThreadSamples, root: number): ThreadWork {
  const totals = { ranNs: 0, waitedNs: 0, voluntary: 0, involuntary: 0 };
  const workers = new Map<number, number>();
  const hasProcesses = [...after.values()].some(({ pid }) => pid !== root);
  for (const [tid, now] of after) {
    const then = before.get(tid);
    for (const key of ['ranNs', 'waitedNs', 'voluntary', 'involuntary'] as const)
      totals[key] += now[key] - (then?.[key] ?? 0);
    const isWorker = hasProcesses ? now.pid !== root : !now.isMain;
    const worker = hasProcesses ? now.pid : tid;
    if (isWorker) workers.set(worker, (workers.get(worker) ?? 0) + now.ranNs - (then?.ranNs ?? 0));
  }
  return { ...totals, workersNs: [...workers.values()].sort((a, b) => b - a) };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    // The process has ended.
    return [];
  }
}

function sampleThread(pid: number, tid: number): ThreadSample | undefined {
  try {
    const folder = `/proc/${pid}/task/${tid}`;
    const [ranNs, waitedNs] = readFileSync(`${folder}/schedstat`, 'latin1').split(' ').map(Number);
    const status = readFileSync(`${folder}/status`, 'latin1');
    const [voluntary, involuntary] = ['voluntary', 'nonvoluntary'].map((kind) =>
      Number(new RegExp(`^${kind}_ctxt_switches:\\s+(\\d+)`, 'm').exec(status)?.[1]),
    );
    if (ranNs === undefined || waitedNs === undefined) return undefined;
    if (voluntary === undefined || involuntary === undefined || Number.isNaN(voluntary))
      return undefined;
    return { pid, isMain: pid === tid, ranNs, waitedNs, voluntary, involuntary };
  } catch {
    // The thread has ended, or the kernel has no CONFIG_SCHEDSTATS.
    return undefined;
  }
}
