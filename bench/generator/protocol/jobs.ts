/**
 * What the runner may ask of the generator's process, over fork's channel: tagged unions, plain JSON. What it answers is
 * in answers.ts.
 *
 * One job runs at a time; a `hold` job stays open until `release`, so that the runner can look at a server while its
 * clients are connected.
 */
/**
 * What the clients do. `echo`, `web`: each keeps its connection and asks again once it is answered. `churn`: connect,
 * one request, one reply, close, again. `fan-out`: all are in one chat, and some speak; see bench/generator/loads/fan-out.ts.
 */
export type Pattern = 'echo' | 'churn' | 'web' | 'fan-out';

export interface LoadJob {
  readonly kind: 'load';
  readonly pattern: Pattern;
  readonly port: number;
  readonly clients: number;
  /** `fan-out`: how many of the clients speak; at least one only listens. */
  readonly senders: number;
  /** 1 to 2^30; short ones cannot be unique, see bench/generator/sockets/echo-payloads.ts. `web`: of the page. `fan-out`: at least 14. */
  readonly messageBytes: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Connections that are opened before all others and never say a word. */
  readonly silentClients: number;
  /** How long a client rests between two connections of `churn`; 0 for full speed. */
  readonly pauseMs: number;
  /** Sampled at both ends of the measured window, if known. */
  readonly serverPid?: number;
}

/**
 * Requests at a constant rate, whatever becomes of the answers; see bench/generator/loads/open-loop.ts. `clients` connections take turns,
 * and each has at most one request under way.
 */
export interface OpenLoopJob {
  readonly kind: 'open-loop';
  readonly port: number;
  readonly clients: number;
  /** Of all clients together. */
  readonly requestsPerSecond: number;
  readonly messageBytes: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** How long after the window answers are still waited for; default 2000. */
  readonly drainMs?: number;
  /** Sampled at both ends of the measured window, if known; `pause` needs it. */
  readonly serverPid?: number;
  /** Stops the server's process (SIGSTOP) so long after the window began, and continues it within the window. */
  readonly pause?: { readonly afterMs: number; readonly forMs: number };
}

/** Opens many connections and keeps them. `speak`: each sends one request, and its answer is checked. */
export interface HoldJob {
  readonly kind: 'hold';
  readonly port: number;
  readonly clients: number;
  readonly speak: boolean;
  /** All connections must be open, and answered if they speak, within this time. */
  readonly limitMs: number;
}

/** Clients that are alike, each in a closed loop: a line, its answer, a rest, again. */
export interface PopulationSettings {
  readonly name: string;
  readonly clients: number;
  /** `keep`: over one connection for all. `churn`: connect, say the line, hear the answer, close, again. */
  readonly pattern: 'keep' | 'churn';
  /** Without its newline, as is the answer. */
  readonly line: string;
  /** The one line that is right. Left out, it is what the server answers when it is asked once beforehand. */
  readonly answer?: string;
  /** From an answer to the next request; none unless told. */
  readonly thinkMs?: number;
}

/** Several populations at once against one server; see bench/generator/loads/population.ts for what is counted. */
export interface PopulationsJob {
  readonly kind: 'populations';
  readonly port: number;
  readonly populations: readonly PopulationSettings[];
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Connections that are opened before all others and never say a word. */
  readonly silentClients: number;
  /** How long an answer may be outstanding after the window before it is an error. */
  readonly answerLimitMs: number;
  readonly serverPid?: number;
}

/** Clients that all connect at the same moment, ask once and leave when they have been answered. */
export interface BurstJob {
  readonly kind: 'burst';
  readonly port: number;
  readonly clients: number;
  /** As in {@link LoadJob}. */
  readonly messageBytes: number;
  /** Who has no whole answer this long after the burst's start is left unanswered. */
  readonly limitMs: number;
  readonly serverPid?: number;
}

export type Job =
  | LoadJob
  | OpenLoopJob
  | HoldJob
  | PopulationsJob
  | BurstJob
  /** Lets every held connection send one request and have its answer checked. */
  | { readonly kind: 'speak'; readonly limitMs: number }
  | { readonly kind: 'release' };
