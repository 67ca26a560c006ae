/**
 * The jobs that the runner sends to the load process: a tagged union of plain JSON.
 *
 * The load process runs one job at a time. Connections of a `hold` job stay open until `release`,
 * so that the runner can look at a server with its clients connected. results.ts has the results.
 */
import type { PauseTimes } from '../../lib/pause.js';

/** The server that a job connects to. */
export interface ServerTarget {
  /** An IPv4 address; default: 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /**
   * Process id of the server. If given, its usage is sampled at both ends of the measured window.
   */
  readonly serverPid?: number;
  /**
   * Of which processes the usage is: all of the session that `serverPid` leads, or `serverPid` and
   * its descendants. Default: `serverPid` alone.
   */
  readonly samples?: 'session' | 'tree';
  /** Samples each thread of the server, too, which takes some 30 µs for each of them. */
  readonly samplesThreads?: boolean;
}

/** Settings that all jobs with a warm-up and a measured window share. */
interface WindowJob extends ServerTarget {
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/**
 * What clients send and expect; default: payloads that are unique, and their echo.
 *
 * - `capitalized`: the same payloads, and the answer in capital letters.
 * - `fixed`: always the same bytes, and always the same answer. Both are in base64.
 */
export type Content =
  | { readonly kind: 'capitalized' }
  | { readonly kind: 'fixed'; readonly request: string; readonly answer: string };

/** A job of which the runner wants to know how it goes on. */
export interface WatchedJob {
  /** Interval in ms of the progress messages during the window; default: none. */
  readonly progressMs?: number;
}

/**
 * What the clients of a {@link LoadJob} do.
 *
 * - `echo`, `web`, `web-varied`: each client keeps its connection and sends the next request after
 *   each answer. `web` sends the same request each time.
 * - `churn`: each client connects, sends one request, reads the answer, closes, and starts again.
 * - `fan-out`: all clients are members of one chat, and some of them send; see loads/fan-out.ts.
 */
export type Pattern = 'echo' | 'churn' | 'web' | 'web-varied' | 'fan-out';

export interface LoadJob extends WindowJob, WatchedJob {
  readonly kind: 'load';
  readonly pattern: Pattern;
  readonly clients: number;
  /** `fan-out`: how many clients send, from 1 to `clients` − 1. Other patterns ignore it. */
  readonly senders: number;
  /**
   * Message size, 1 to 2^30 bytes; `fan-out`: at least 14; `web` ignores it.
   * Short messages cannot be unique: see sockets/echo-payloads.ts.
   */
  readonly messageBytes: number;
  /** `echo` and `churn`; other patterns ignore it. */
  readonly content?: Content;
  /** Connections that open before all others and never send anything. */
  readonly silentClients: number;
  /** `churn`: think time between two connections of a client, in ms; 0 for full speed. */
  readonly pauseMs: number;
}

/** How requests of a constant rate arrive; see loads/arrivals.ts. */
export const ARRIVALS = ['even', 'poisson'] as const;
export type ArrivalsName = (typeof ARRIVALS)[number];

/**
 * Requests at a constant rate, independent of the answers; see loads/open-loop.ts.
 * The `clients` connections take turns. Each has at most one outstanding request.
 */
export interface OpenLoopJob extends WindowJob, WatchedJob {
  readonly kind: 'open-loop';
  readonly clients: number;
  /** The rate of all clients together. */
  readonly requestsPerSecond: number;
  readonly messageBytes: number;
  readonly content?: Content;
  /** Default: even. */
  readonly arrivals?: ArrivalsName;
  /** Of Poisson arrivals: the same seed gives the same times. Default: 1. */
  readonly seed?: number;
  /** How long the drain after the window waits for answers, in ms; default 2000. */
  readonly drainMs?: number;
  /** Stops the server (SIGSTOP) within the window and continues it. Needs `serverPid`. */
  readonly pause?: PauseTimes;
}

/** Opens many connections and keeps them open. */
export interface HoldJob extends ServerTarget {
  readonly kind: 'hold';
  readonly clients: number;
  /** Whether each client also sends one request, whose answer is checked. */
  readonly withRequest: boolean;
  readonly content?: Content;
  /** Time limit in ms for all connects, and for all answers if clients send requests. */
  readonly limitMs: number;
}

/** Clients that are alike, each in a closed loop: send a line, read the answer, think, repeat. */
export interface PopulationSettings {
  readonly name: string;
  readonly clients: number;
  /** `keep`: one connection per client. `churn`: one connection per request. */
  readonly pattern: 'keep' | 'churn';
  /** The request, without its newline. */
  readonly line: string;
  /** The one right answer, without its newline. Default: learned from the server. */
  readonly answer?: string;
  /** Time from an answer to the client's next request, in ms; default 0. */
  readonly thinkMs?: number;
}

/** Several populations at once against one server; see loads/population.ts for what is counted. */
export interface PopulationsJob extends WindowJob {
  readonly kind: 'populations';
  readonly populations: readonly PopulationSettings[];
  /** As in {@link LoadJob}. */
  readonly silentClients: number;
  /** How long an answer may come after the window before it counts as a timeout, in ms. */
  readonly answerLimitMs: number;
}

/** Clients that all connect at the same moment, send one request, and close after the answer. */
export interface BurstJob extends ServerTarget {
  readonly kind: 'burst';
  readonly clients: number;
  /** As in {@link LoadJob}. */
  readonly messageBytes: number;
  readonly content?: Content;
  /** Time limit in ms from the start of the burst; then a client counts as unanswered. */
  readonly limitMs: number;
}

export type Job =
  | LoadJob
  | OpenLoopJob
  | HoldJob
  | PopulationsJob
  | BurstJob
  /** Sends one request on every held connection and checks the answers. */
  | { readonly kind: 'request-on-held'; readonly limitMs: number }
  /** Closes the held connections. */
  | { readonly kind: 'release' };
