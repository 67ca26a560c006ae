/**
 * How late main's loop is, and how busy, since it was last asked. Main thread. Node samples it by a
 * timer of its own, without JavaScript.
 */
import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks';

/** Between two samples. Each sample includes it: an idle loop shows this delay. */
const SAMPLED_EVERY_MS = 10;
const NANOSECONDS = 1e9;

export interface LoopDelay {
  readonly minS: number;
  readonly meanS: number;
  readonly maxS: number;
  readonly stddevS: number;
  readonly p50S: number;
  readonly p90S: number;
  readonly p99S: number;
  /** The share of the time in which the loop was busy: 0 to 1. */
  readonly utilization: number;
}

export class LoopDelayMeter {
  readonly #histogram: IntervalHistogram;
  #utilization = performance.eventLoopUtilization();

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: SAMPLED_EVERY_MS });
    this.#histogram.enable();
  }

  take(): LoopDelay {
    const histogram = this.#histogram;
    const seconds = (nanoseconds: number) =>
      histogram.count > 0 ? nanoseconds / NANOSECONDS : SAMPLED_EVERY_MS / 1000;
    const utilization = performance.eventLoopUtilization();
    const delay = {
      minS: seconds(histogram.min),
      meanS: seconds(histogram.mean),
      maxS: seconds(histogram.max),
      stddevS: histogram.count > 0 ? histogram.stddev / NANOSECONDS : 0,
      p50S: seconds(histogram.percentile(50)),
      p90S: seconds(histogram.percentile(90)),
      p99S: seconds(histogram.percentile(99)),
      utilization: performance.eventLoopUtilization(utilization, this.#utilization).utilization,
    };
    histogram.reset();
    this.#utilization = utilization;
    return delay;
  }

  /** The longest time in ms that the loop was late, without the interval of the samples. */
  takeLagMs(): number {
    return Math.max(0, this.take().maxS * 1000 - SAMPLED_EVERY_MS);
  }

  close(): void {
    this.#histogram.disable();
  }
}
