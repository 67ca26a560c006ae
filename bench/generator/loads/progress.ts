/**
 * The progress of a load that is watched: what its clients have seen since the last message.
 *
 * Runs in the load process, between two polls of the sockets. A message costs about as much as a
 * few requests, so only a load that a user watches sends any. Read next: closed-loop.ts.
 */
import type { Histogram, HistogramJson } from '../../../src/base/histogram.js';
import { NS_PER_MS } from '../../lib/clock.js';
import type { ErrorCounts } from '../protocol/error-kinds.js';
import type { WatchedJob } from '../protocol/jobs.js';
import type { Progress } from '../protocol/results.js';

export type Report = (progress: Progress) => void;

export class ProgressReports {
  readonly #intervalNs: number;
  readonly #report: Report;
  #lastNs = 0;
  #dueNs = Infinity;
  #last: HistogramJson | undefined;

  constructor(intervalMs: number, report: Report) {
    this.#intervalNs = intervalMs * NS_PER_MS;
    this.#report = report;
  }

  /** Returns undefined for a job that is not watched. */
  static of({ progressMs }: WatchedJob, report: Report): ProgressReports | undefined {
    return progressMs === undefined ? undefined : new ProgressReports(progressMs, report);
  }

  /** To be called at the start of the window. */
  start(now: number): void {
    this.#lastNs = now;
    this.#dueNs = now + this.#intervalNs;
  }

  /** Sends a report if it is due. */
  sendIfDue(now: number, latency: Histogram, errors: ErrorCounts): void {
    if (now < this.#dueNs) return;
    const recent = this.#last === undefined ? latency : latency.since(this.#last);
    this.#report({
      kind: 'progress',
      seconds: (now - this.#lastNs) / 1e9,
      answers: recent.count,
      p99Ns: recent.percentile(99),
      errors: { ...errors },
    });
    this.#last = latency.toJSON();
    this.#lastNs = now;
    this.#dueNs = now + this.#intervalNs;
  }
}
