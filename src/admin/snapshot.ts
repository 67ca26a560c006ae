/**
 * What a running server tells of itself: the shape of a snapshot, which admin-socket.ts writes as one line of JSON.
 * observer.ts puts one together, clients/watch/table.ts shows it. Fields may be added within a format, not changed.
 *
 * Lists hold the first {@link MOST_LISTED}; how many there are stands beside them.
 */
import type { ModelName } from '../models/registry.js';

export const SNAPSHOT_FORMAT = 1;

/** How often a watcher may have one. */
export const LEAST_EVERY_MS = 50;
export const MOST_EVERY_MS = 5000;

/** A snapshot of a server with ten thousand clients must not keep it from serving them. */
export const MOST_LISTED = 256;

/**
 * What a client thread does, or on main a client's handler:
 *
 *     starting   its thread is not up yet        await     the handler waits for something else: a timer, a file
 *     free       the thread has no client        running   none of these: it computes, or would if it had a core
 *     recv       waits for its client            serving   has a client, and this system does not show what it does
 *     send       its client does not read
 *     call       waits for main's answer about what clients share
 *
 * Nobody on main is ever seen running: main takes the snapshot, and so runs nothing else. `main.utilization` tells.
 */
export type State = 'starting' | 'free' | 'recv' | 'send' | 'call' | 'await' | 'running' | 'serving';

export interface Snapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly service: string;
  readonly model: ModelName;
  readonly pid: number;
  /** `host:port`, or the path of a Unix-domain socket. */
  readonly address: string;
  readonly uptimeMs: number;
  /** It takes no more clients, and ends when those that it has are through. */
  readonly stopping: boolean;
  readonly limits: {
    /** Only where there are client threads. */
    readonly threads?: number;
    readonly queue: number;
    readonly overflow: 'queue' | 'refuse';
  };
  readonly counts: Counts;
  readonly main: {
    /** The part of the time since the snapshot before this one in which main's loop had something to do: 0 to 1. */
    readonly utilization: number;
    /** How long that time was. */
    readonly overMs: number;
  };
  /** Who waits to be served; who has waited longest comes first. */
  readonly queue: Listed<WaitingView>;
  readonly clients: Listed<ClientView>;
  /** Only where there are client threads. Those with a client come first. */
  readonly threads?: Listed<ThreadView> & { readonly states: Partial<Record<State, number>> };
}

/** Since the server's start. */
interface Counts {
  readonly accepted: number;
  /** Sent away since nobody could serve them. */
  readonly refused: number;
  /** Those whose conversation is over. */
  readonly served: number;
  /** How many connections ended for which reason: the `reason` of their `closed` lines. */
  readonly closed: Readonly<Record<string, number>>;
}

export interface Listed<T> {
  readonly count: number;
  readonly first: readonly T[];
}

export interface WaitingView {
  readonly connection: number;
  readonly peer: string;
  readonly waitedMs: number;
}

export interface ClientView extends WaitingView {
  /** 0: main. None yet if it is still starting. */
  readonly thread?: number;
  readonly state: State;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly servedMs: number;
}

export interface ThreadView {
  /** As in the log. None yet if it is still starting. */
  readonly thread?: number;
  readonly state: State;
  /** Its client's. */
  readonly connection?: number;
}

/** What a model tells of whom it serves. */
export type Serving = Pick<Snapshot, 'clients' | 'threads'>;
