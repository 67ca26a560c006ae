/**
 * What a running server tells of itself: the shape of a snapshot, which admin-socket.ts writes as one line of JSON.
 * observer.ts puts one together, clients/watch/table.ts shows it. Fields may be added within a format, not changed.
 *
 * Lists hold the first {@link MOST_LISTED}; how many there are stands beside them.
 */
import type { ModelName } from '../serving/host.js';
import type { Listed, Serving, WaitingView } from '../serving/views.js';

export const SNAPSHOT_FORMAT = 1;

/** How often a watcher may have one. */
export const LEAST_EVERY_MS = 50;
export const MOST_EVERY_MS = 5000;

/** A snapshot of a server with ten thousand clients must not keep it from serving them. */
export const MOST_LISTED = 256;

export interface Snapshot extends Serving {
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
