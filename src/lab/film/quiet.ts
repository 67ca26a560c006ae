/**
 * Whether a recording shows the models, or what other programs did to them. The process of
 * record.ts.
 */
import { availableParallelism } from 'node:os';
import { machineCpuMs, sampleProcess } from '../../../bench/lib/process-stats.js';
import { isAboutLag } from '../numbers/usage.js';
import type { Frame } from '../protocol.js';

/** Of all cores; more than a quiet desktop takes. */
const MOST_OTHERS_PERCENT = 10;

/**
 * What speaks against a recording, in sentences. While its servers compute, a machine of two cores is
 * busy with them. So if the processor time of other programs is known, it counts in place of the
 * lab's warnings about taken cores, which compare shares of different seconds.
 * @param othersPercent of all cores, undefined if unknown
 */
export function complaintsOf(
  frames: readonly Frame[],
  othersPercent: number | undefined,
): readonly string[] {
  const warnings = frames.flatMap(({ machine: { warning } }) =>
    warning !== undefined && (othersPercent === undefined || isAboutLag(warning)) ? [warning] : [],
  );
  const others =
    othersPercent !== undefined && othersPercent > MOST_OTHERS_PERCENT
      ? [`Other programs took ${Math.round(othersPercent)} % of this machine during the recording.`]
      : [];
  return [...new Set(warnings), ...others];
}

/** The processor time of all programs but the lab and its servers, from now on. */
export class OthersUsage {
  readonly #pids: readonly number[];
  readonly #atMs = performance.now();
  readonly #othersMs: number | undefined;

  /** @param frame with the servers as they are now */
  constructor({ rows }: Frame) {
    this.#pids = [process.pid, ...rows.flatMap(({ server }) => server?.pid ?? [])];
    this.#othersMs = this.#take();
  }

  /** Of all cores; undefined without /proc. */
  percent(): number | undefined {
    const othersMs = this.#take();
    if (othersMs === undefined || this.#othersMs === undefined) return undefined;
    const allMs = (performance.now() - this.#atMs) * availableParallelism();
    return ((othersMs - this.#othersMs) / allMs) * 100;
  }

  #take(): number | undefined {
    const machineMs = machineCpuMs();
    if (machineMs === undefined) return undefined;
    return this.#pids.reduce((left, pid) => left - (sampleProcess(pid)?.cpuMs ?? 0), machineMs);
  }
}
