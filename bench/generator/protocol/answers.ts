/**
 * What the generator's process answers to a job, over fork's channel: tagged unions, plain JSON. The jobs are in jobs.ts.
 *
 * One job runs at a time, and every job is answered with exactly one message of its own. Read bench/generator/handle.ts (the runner's end)
 * or bench/generator/main.ts (the other end) next.
 */
import type { HistogramJson } from '../../lib/histogram.js';
import type { ProcessSample } from '../../lib/process-stats.js';

export const ERROR_KINDS = [
  'refused',
  'reset',
  'closedEarly',
  'wrongBytes',
  'wrongOrder',
  'timeout',
  'other',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];
/**
 * By kind: nobody listens; reset; end of stream before the answer's end; other bytes, or a line twice; a member whose
 * lines came in another order than everybody's; an answer, or one member's receipt of a line, 2 s late.
 */
export type ErrorCounts = Readonly<Record<ErrorKind, number>>;

/** What clients that ask again when they are answered saw in the measured window. */
export interface ClosedLoopResult {
  /** Right answers, also to requests that were sent before it; in `fan-out`, receipts of a line by one member. */
  readonly requests: number;
  readonly errors: ErrorCounts;
  /** Clients that got at least one right answer within the window; in `fan-out`, that heard or were heard. */
  readonly clientsServed: number;
  /** Clients that got no answer during the whole job: not an error, they were never served. */
  readonly clientsUnanswered: number;
  /** Clients that waited for an answer during the whole window; left out by `fan-out`. */
  readonly clientsWaiting?: number;
  /** Jain's index of the right answers each client got within the window (`fan-out`: lines each sender got heard). */
  readonly jain: number;
  readonly latency: HistogramJson;
}

/** What the processes used over the window. */
export interface Usage {
  readonly seconds: number;
  /** The generator's own processor time over the window: 1 is one core, and then the generator is the limit. */
  readonly generatorCpuShare: number;
  /** The server's processor time over the window; 1 is one core. */
  readonly serverCpuShare?: number;
  /** All other processes' time over the window; 1 is one core. Far from 0, the machine is too busy to measure. */
  readonly othersCpuShare?: number;
  /** The server at the end of the window, its clients still connected. */
  readonly server?: ProcessSample;
}

export interface LoadResult extends ClosedLoopResult, Usage {
  readonly kind: 'loaded';
}

/**
 * Every request that was to be sent within the window is counted once: offered = answered + unanswered + unsent. None
 * vanishes from `corrected`: what had no right answer stands there with the time it had waited when the job ended.
 * Where there are such, their latencies, and so all percentiles, are lower bounds.
 */
export interface OpenLoopResult extends Usage {
  readonly kind: 'offered';
  readonly offered: number;
  /** Answered rightly, within the window or the drain after it. */
  readonly answered: number;
  /** Those of them whose answer came within the window: over its seconds, the rate that was served. */
  readonly answeredInWindow: number;
  /** Sent, but without a right answer when the job ended, or when their connection was lost. */
  readonly unanswered: number;
  /** Never sent: the client's connection was busy, or lost. */
  readonly unsent: number;
  /** One a connection. `timeout`: the drain has passed, and no answer to what was sent before it. */
  readonly errors: ErrorCounts;
  /** Clients that got at least one right answer to a request of the window. */
  readonly clientsServed: number;
  /** Clients that got no answer from the first connection to the end of the window. */
  readonly clientsUnanswered: number;
  /** Jain's index of the right answers each client got to requests of the window. */
  readonly jain: number;
  /** From the time a request was to be sent; `offered` of them. */
  readonly corrected: HistogramJson;
  /** From the time it was sent, as a closed loop would measure; only those that were sent. */
  readonly uncorrected: HistogramJson;
  /** How late the generator itself sent: of requests whose connection was free when they were due. */
  readonly lag: HistogramJson;
  /** The longest time it was busy, or kept from running, between two looks at its sockets: an answer may have lain unseen. */
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
   * The requests still unanswered at the end of the window that had then waited longer than the median of `latency`:
   * how long, by then. Merged into `latency`, each stands there with the least that its latency can be, so that a
   * server does not look better for not answering.
   */
  readonly overdue: HistogramJson;
}

/** The processor time is that of all populations together. */
export interface PopulationsResult extends Usage {
  readonly kind: 'populations';
  /** In the order of the job. */
  readonly populations: readonly PopulationResult[];
}

export interface BurstResult extends Usage {
  readonly kind: 'burst';
  /** From the burst's start until each client had the first byte of its answer, and the last. */
  readonly firstByte: HistogramJson;
  readonly answer: HistogramJson;
  /** Clients that had their whole answer within the limit. */
  readonly answered: number;
  /** Clients that neither had it nor failed. */
  readonly unanswered: number;
  readonly errors: ErrorCounts;
  /** How long the generator took to start all connects: no difference below this is the server's. */
  readonly startMs: number;
  /** Segments that the answered clients' kernel sent again, SYNs included; a SYN waits a second for that. */
  readonly retransmissions: number;
}

export type JobResult =
  | LoadResult
  | OpenLoopResult
  | HoldResult
  | PopulationsResult
  | BurstResult
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly message: string };

export function noErrors(): Record<ErrorKind, number> {
  return { refused: 0, reset: 0, closedEarly: 0, wrongBytes: 0, wrongOrder: 0, timeout: 0, other: 0 };
}

export function totalErrors(errors: ErrorCounts): number {
  return ERROR_KINDS.reduce((total, kind) => total + errors[kind], 0);
}
