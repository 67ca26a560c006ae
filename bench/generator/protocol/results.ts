/**
 * The results that the load process sends to the runner: a tagged union of plain JSON.
 *
 * Each job has exactly one result; a watched one also sends its progress before. jobs.ts has the
 * jobs. Read bench/generator/handle.ts (the runner's side) or bench/generator/main.ts (the load
 * process) next.
 */
import type { HistogramJson } from '../../../src/base/histogram.js';
import type { ProcessSample } from '../../lib/process-stats.js';
import type { ThreadWork } from '../../lib/thread-stats.js';
import type { ErrorCounts } from './error-kinds.js';

/** What the clients of a closed loop saw in the measured window. */
export interface ClosedLoopResult {
  /**
   * Right answers, also to requests sent before the window. `fan-out`: lines received, per member.
   */
  readonly requests: number;
  readonly errors: ErrorCounts;
  /** Clients with a right answer in the window. `fan-out`: members with a delivery. */
  readonly clientsServed: number;
  /** Clients without any answer during the whole job. The server never served them: no error. */
  readonly clientsUnanswered: number;
  /** Clients that waited for an answer during the whole window. `fan-out` leaves it out. */
  readonly clientsWaiting?: number;
  /** Jain's index of the right answers per client. `fan-out`: of the lines delivered per sender. */
  readonly jain: number;
  readonly latency: HistogramJson;
}

/** Resource usage over the measured window. CPU shares are in cores: 1 is one core. */
export interface Usage {
  readonly seconds: number;
  /** The generator's own CPU time. At 1, the generator is the limit, not the server. */
  readonly generatorCpuShare: number;
  readonly serverCpuShare?: number;
  /** CPU time of all other processes. Far from 0, the machine is too busy to measure. */
  readonly othersCpuShare?: number;
  /** The server at the end of the window, with its clients still connected. */
  readonly server?: ProcessSample;
  /** Of jobs with `samplesThreads`: what its threads did in the window. */
  readonly serverThreads?: ThreadWork;
}

export interface LoadResult extends ClosedLoopResult, Usage {
  readonly kind: 'loaded';
}

/**
 * Each request due in the window counts once: offered = answered + unanswered + unsent.
 *
 * `corrected` contains all of them. A request without a right answer counts with the time it had
 * waited when the job ended. Then all latencies above are lower bounds, and so are percentiles.
 */
export interface OpenLoopResult extends Usage {
  readonly kind: 'offered';
  readonly offered: number;
  /** Requests with a right answer within the window or the drain after it. */
  readonly answered: number;
  /** Requests with a right answer within the window. Divided by `seconds`: the rate served. */
  readonly answeredInWindow: number;
  /** Requests sent, but without a right answer at the end of the job or of their connection. */
  readonly unanswered: number;
  /** Requests never sent, because the connection was busy or lost. */
  readonly unsent: number;
  /** At most one per connection. `timeout`: no answer until the drain ended. */
  readonly errors: ErrorCounts;
  /** Clients with at least one right answer to a request of the window. */
  readonly clientsServed: number;
  /** Clients without any answer from the first connection to the end of the window. */
  readonly clientsUnanswered: number;
  /** Jain's index of the right answers per client to requests of the window. */
  readonly jain: number;
  /** Latency since the time each request was due; `offered` values. */
  readonly corrected: HistogramJson;
  /** Latency since the actual send, as a closed loop measures it; only requests that were sent. */
  readonly uncorrected: HistogramJson;
  /**
   * Delay of the generator's own sends, for requests whose connection was free when they were due.
   */
  readonly lag: HistogramJson;
  /** The longest time in ns without a poll of the sockets. An answer may have waited that long. */
  readonly longestTurnNs: number;
}

export interface HoldResult {
  readonly kind: 'held';
  readonly connected: number;
  readonly answered: number;
  readonly errors: ErrorCounts;
  readonly durationMs: number;
}

export interface PopulationResult extends ClosedLoopResult {
  readonly name: string;
  readonly clients: number;
  /**
   * Censored observations: the waits of requests unanswered at the end of the window.
   *
   * Only waits above the median of `latency` are included. Each is a lower bound of its latency.
   * Merged into `latency`, they keep a server from looking better by not answering.
   */
  readonly censored: HistogramJson;
}

/** The usage is that of all populations together. */
export interface PopulationsResult extends Usage {
  readonly kind: 'populations';
  /** In the order of the job. */
  readonly populations: readonly PopulationResult[];
}

export interface BurstResult extends Usage {
  readonly kind: 'burst';
  /** Time from the start of the burst to the first byte of each answer. */
  readonly firstByte: HistogramJson;
  /** Time from the start of the burst to the last byte of each answer. */
  readonly answer: HistogramJson;
  /** Clients with the whole answer within the limit. */
  readonly answered: number;
  /** Clients with neither an answer nor an error. */
  readonly unanswered: number;
  readonly errors: ErrorCounts;
  /**
   * How long the generator took to start all connects. A smaller difference is not the server's.
   */
  readonly startMs: number;
  /** TCP segments that answered clients sent again, SYNs included. A lost SYN costs one second. */
  readonly retransmissions: number;
}

/** How a job goes on: what its clients have seen since the last such message. */
export interface Progress {
  readonly kind: 'progress';
  readonly seconds: number;
  readonly answers: number;
  readonly p99Ns: number;
  /** Since the start of the job. */
  readonly errors: ErrorCounts;
}

export type JobResult =
  | LoadResult
  | OpenLoopResult
  | HoldResult
  | PopulationsResult
  | BurstResult
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly message: string };
