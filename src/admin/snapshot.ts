/**
 * The shape of a snapshot of a running server, which admin-socket.ts writes as one line of JSON.
 * observer.ts takes it, clients/watch/table.ts shows it. Fields may be added within a format, but
 * not changed.
 *
 * A list holds its first {@link MOST_LISTED} entries, with the count of all beside them.
 */
import type { ModelName } from '../serving/host.js';
import type {
  BacklogView,
  ClientPlace,
  HandOffView,
  Listed,
  Serving,
  WaitingView,
} from '../serving/views.js';

export const SNAPSHOT_FORMAT = 1;

/** The bounds of a watcher's `everyMs`. */
export const LEAST_EVERY_MS = 50;
export const MOST_EVERY_MS = 5000;

/** Bounds the cost of a snapshot of a server with ten thousand clients. */
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
  /** The server accepts no more clients, and ends when the present ones have been served. */
  readonly stopping: boolean;
  readonly limits: {
    /** Only where there are client threads. */
    readonly threads?: number;
    readonly queue: number;
    readonly overflow: 'queue' | 'refuse';
  };
  readonly counts: Counts;
  readonly main: {
    /** The share of the time since the last snapshot in which main's loop was busy: 0 to 1. */
    readonly utilization: number;
    /** The length of that time. */
    readonly overMs: number;
    /** The longest time in it in which main's loop did not turn. Not sent before version 0.2. */
    readonly lagMs?: number;
    /** The last time, since the start, in which it did not turn for longer than `--loop-lag`. */
    readonly blocked?: BlockedView;
  };
  /** Only where the kernel shows it: of TCP listeners, on Linux. */
  readonly backlog?: BacklogView;
  /**
   * How long main needed to gather this snapshot and to write the one before, in ms: what watching
   * costs the server. Not sent before version 0.2.
   */
  readonly tookMs?: number;
  /**
   * The processor time that main has used for all snapshots since the start, in ms: to gather, write
   * and send them, up to this one, which is gathered but not sent. Without what client threads
   * report for it. Missing where the system does not show it. Not sent before version 0.2.
   */
  readonly watchingCpuMs?: number;
  /** Connections that wait to be served; the one that has waited longest comes first. */
  readonly queue: Listed<WaitingView>;
  /** Only where there are client threads. */
  readonly handOff?: HandOffView;
}

/**
 * What a watcher gets that asks for brief snapshots, for a fraction of the processor time: the
 * clients without their details, no hand-offs, and no other thread is asked.
 */
export interface BriefSnapshot
  extends Omit<Snapshot, 'clients' | 'queue' | 'handOff'>, Serving<ClientPlace> {
  readonly queue: Listed<ClientPlace>;
}

/** The fields of the log line `loop blocked`. */
interface BlockedView {
  readonly blockedMs: number;
  /** Whose handler held the loop longest; missing if none did, as when the process was stopped. */
  readonly connection?: number;
  /** For how long it did, without a pause. Missing with `connection`. */
  readonly heldMs?: number;
  /** How long ago the loop turned again. */
  readonly agoMs: number;
}

/** Since the server's start. */
interface Counts {
  readonly accepted: number;
  /** Refused because the server was full. */
  readonly refused: number;
  /** Clients whose conversation has ended. */
  readonly served: number;
  /** Ended connections by the `reason` of their `closed` lines. */
  readonly closed: Readonly<Record<string, number>>;
}
