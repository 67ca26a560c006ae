/**
 * What a model shows of its clients and threads, for the snapshots of admin/snapshot.ts. Types
 * only.
 */
import type { HistogramJson } from '../base/histogram.js';

/**
 * What a client thread does, or a client's handler on main:
 *
 *     starting   its thread is not up yet        await     the handler waits for something else: a timer, a file
 *     free       the thread has no client        running   none of these: it computes, or would if it had a core
 *     recv       waits for its client            serving   has a client, and this system does not show what it does
 *     send       its client does not read
 *     call       waits for main to answer a call
 *
 * A handler on main is never seen running, because main takes the snapshot: `main.utilization`
 * shows how busy it is.
 */
export type State =
  | 'starting'
  | 'free'
  | 'recv'
  | 'send'
  | 'call'
  | 'await'
  | 'running'
  | 'serving';

export interface Listed<T> {
  readonly count: number;
  readonly first: readonly T[];
}

/**
 * The kernel's accept queue. A snapshot is taken after main has accepted what it could, so most
 * it is often empty, and `longestMs` shows what happened.
 */
export interface BacklogView {
  /** Connections that are ready to be accepted. */
  readonly count: number;
  /** How many the kernel keeps at most. */
  readonly limit: number;
  /**
   * The longest time that one of the connections accepted since the last snapshot was in it; 0 if
   * none was accepted.
   */
  readonly longestMs: number;
}

export interface WaitingView {
  readonly connection: number;
  readonly peer: string;
  /** Not on Unix-domain sockets, and not off Linux. */
  readonly backlogMs?: number;
  readonly waitedMs: number;
}

/**
 * Where a client's time has gone so far: the fields of the log's `closed` line, as far as main
 * knows them while the client is served.
 */
export interface TimesSoFar {
  /** On a thread only where the kernel shows it; it may lack the last 10 ms. */
  readonly computedMs?: number;
  readonly loopWaitMs?: number;
  /** Only on a thread, as `computedMs`. */
  readonly coreWaitMs?: number;
}

export interface ClientView extends WaitingView, TimesSoFar {
  /** 0: main. Undefined while the thread starts. */
  readonly thread?: number;
  readonly state: State;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The part of `waitedMs` before the model took the client. */
  readonly queuedMs: number;
  readonly servedMs: number;
}

export interface ThreadView {
  /** As in the log. Undefined while the thread starts. */
  readonly thread?: number;
  readonly state: State;
  /** Of its client. */
  readonly connection?: number;
  /** Of a worker that serves many: how many. */
  readonly clients?: number;
}

/**
 * How long the stages of all hand-offs took since the start, in nanoseconds. Where threads accept
 * (`--handoff share`, `reuse-port`), only `sent`, `begun` and their sum have values.
 */
export interface HandOffView {
  /** From accept until a thread is chosen: in the queue, and behind the others of the batch. */
  readonly accepted: HistogramJson;
  /** From there until main has made what the thread gets: a lease, a copy, a net.Socket. */
  readonly wrapped: HistogramJson;
  /** From there until it is where the thread looks for it. */
  readonly sent: HistogramJson;
  /** The three above. */
  readonly queued: HistogramJson;
  /** From then until the thread runs: the wake-up, and the start of a thread that is not up. */
  readonly woken: HistogramJson;
  /** From there to the handler's first instruction. */
  readonly begun: HistogramJson;
  /** The whole, from accept to the handler's first instruction. */
  readonly total: HistogramJson;
}

/** Which client, and where it is served. */
export type ClientPlace = Pick<ClientView, 'connection' | 'thread'>;

/** A model's part of the snapshot. */
export interface Serving<Client = ClientView> {
  readonly clients: Listed<Client>;
  /** Only where there are client threads. Those with a client come first. */
  readonly threads?: Listed<ThreadView> & { readonly states: Partial<Record<State, number>> };
}
