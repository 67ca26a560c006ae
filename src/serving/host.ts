/**
 * What the server and a model know of each other. Types only, so that every room below can use them
 * without importing the server. server/server.ts makes the host; models/iterative.ts is the
 * shortest model to read.
 */
import type { Socket } from 'node:net';
import type { Endpoint, MaybePromise } from '../connection/connection.js';
import type { Deadlines } from '../connection/deadlines.js';
import type { Arrival } from '../connection/loop-account.js';
import type { MainLoop } from '../connection/main-loop.js';
import type { OutputLimit } from '../connection/output-limit.js';
import type { Logger, LogSettings, SharedLogSettings } from '../log/log.js';
import type { CatalogueEntry } from '../services/catalogue.js';
import type { ServiceCode } from '../services/own/service-code.js';
import type { ServiceOptions } from '../services/service.js';
import type { Shared } from '../shared/shared.js';
import type { ConnectionCounters } from './counters.js';
import type { DescriptorBudget } from './descriptor-budget.js';
import type { ListenAddress } from './listen-address.js';
import type { BacklogView, ClientPlace, HandOffView, Serving } from './views.js';

export type ModelName = 'iterative' | 'event-loop' | 'thread-per-client' | 'worker-event-loops';

/** Which worker of worker-event-loops gets the next client: threads/loops/policies.ts. */
export type PolicyName = 'round-robin' | 'least-connections' | 'two-choices';

/** How a client's socket gets to its thread: see hand-off.ts. */
export type HandOffWay = 'lend' | 'transfer' | 'duplicate' | 'task' | 'share' | 'reuse-port';

/** Where a model gets its clients: see server/acceptor.ts. */
export interface Admission extends AsyncIterable<Accepted> {
  /** The model cannot serve the client now: the client waits again, or is refused. */
  giveBack(client: Accepted): void;
  /**
   * A thread has accepted a client for itself, which is served at once.
   * @param peer its socket address
   */
  noteAccepted(client: Omit<Accepted, 'socket'>, fd: number, peer: Uint8Array): Accepted;
}

/** What listens for clients: server/listener.ts, unless the model's threads accept for themselves. */
export interface Listening {
  /**
   * Starts listening.
   * @returns the port, or 0 for a Unix-domain socket
   * @throws StartError when the address cannot be used, with the reason in one line
   */
  listen(address: ListenAddress): Promise<number>;
  /** The IP address that it listens on; undefined on a Unix-domain socket. */
  readonly ipAddress: string | undefined;
  /**
   * When no connection was left to accept, by the monotonic clock; -Infinity if unknown, as on
   * Unix-domain sockets.
   */
  readonly emptyAtMs: number;
  /** The connections that wait in the kernel; undefined where it does not show them. */
  readonly acceptQueue: Omit<BacklogView, 'longestMs'> | undefined;
  /** Harmless before it listens. */
  close(): void;
}

/** One way to serve accepted connections. */
export interface Model {
  /**
   * Serves what the acceptor yields, until it is closed. Does not wait for the last clients: see
   * {@link Clients}.
   */
  serve(acceptor: Admission): Promise<void>;
  /**
   * Whether it serves descriptors, and not sockets of main's event loop.
   */
  readonly takesDescriptors: boolean;
  /** Undefined: main accepts. */
  readonly listening?: Listening;
  readonly clients: Clients;
}

/**
 * Makes a model ready to serve. When the promise resolves, the threads that start beforehand are
 * up.
 */
export type ModelFactory = (host: Host) => MaybePromise<Model>;

/** An accepted connection, of which the main thread is the only owner. */
export interface AcceptedSocket {
  /** Undefined elsewhere than on Linux, where only Node itself uses it. */
  readonly fd: number | undefined;
  /** `unknown` when the kernel has forgotten the address already. Asking costs a system call. */
  readonly peer: Endpoint;
  /**
   * How long the connection waited in the kernel until it was accepted, in ms; undefined where the
   * kernel does not tell, as for Unix-domain sockets. Asked before anything is sent.
   */
  backlogMs(): number | undefined;
  /**
   * How long ago the client's last bytes or the end of its stream arrived, in ms; undefined where
   * the kernel does not tell.
   */
  sinceReceivedMs(what: Arrival): number | undefined;
  /**
   * Of a connection with TLS: resolves when its handshake is over, with the reason if it failed.
   */
  readonly handshake?: Promise<string | undefined>;
  /**
   * Whether the client has gone, as far as the kernel shows it. Costs a system call.
   * @param readsFirst a client that has closed its side without a byte has gone, too
   */
  hasLeft(readsFirst: boolean): boolean;
  /** Makes the calls of a client thread on the descriptor block. */
  setBlocking(): void;
  /**
   * The net.Socket of this connection, for a handler on main. Called again, returns the same one.
   */
  toSocket(): Socket;
  /** Closes the descriptor, once. */
  close(): void;
}

/** A client that the acceptor has admitted. */
export interface Accepted {
  /** Counts from 1 for each server. */
  readonly id: number;
  readonly socket: AcceptedSocket;
  /** By the monotonic clock. */
  readonly acceptedAtMs: number;
  /** How long it waited in the kernel before; undefined if unknown, or if nothing shows it. */
  readonly backlogMs: number | undefined;
}

/** The clients that a model serves at the moment, for a stop and for snapshots. Main thread. */
export interface Clients {
  readonly count: number;
  /** Of the clients that are served at the moment, summed up when it is asked for. */
  readonly bytes: { readonly bytesIn: number; readonly bytesOut: number };
  /**
   * Before {@link describe} and {@link bytes}, where other threads know more than main. Resolves
   * when they have told it, or do not come to it.
   */
  refresh?(most: number): Promise<void>;
  /**
   * Costs nothing until it is called. `most` limits how many clients and threads are listed one by
   * one.
   */
  describe(most: number): Serving;
  /** The same without the clients' details: cheaper, and right without {@link refresh}. */
  locate(most: number): Serving<ClientPlace>;
  /** Only where there are client threads. Summed up when it is asked for. */
  readonly handOff?: HandOffView | undefined;
  /** Every handler reads what has arrived, then an end of stream. It may still send its answer. */
  shutdownRead(): void;
  /** Every conversation ends at once. */
  abort(): void;
  /** Resolves as soon as no client is being served. */
  whenNone(): Promise<void>;
  /** Ends the clients that are left and frees what the model has started. */
  close(): Promise<void>;
}

/** What the server gives a model to work with. */
export interface Host {
  readonly log: Logger;
  /** For the lines of single connections, which can be switched off. */
  readonly clientLog: Logger;
  /** The same, with the fields that all `closed` lines share. */
  readonly closedLog: Logger;
  readonly logSettings: SharedLogSettings;
  /** Whether a line or a snapshot shows where a client's time went. */
  readonly showsTimes: boolean;
  /** Whether a snapshot shows the stages of hand-offs. */
  readonly measuresHandOff: boolean;
  readonly counters: ConnectionCounters;
  /** Undefined unless {@link showsTimes}. */
  readonly loop: MainLoop | undefined;
  readonly outputLimit: OutputLimit;
  readonly model: ModelName;
  readonly service: Pick<CatalogueEntry, 'name' | 'module' | 'framing' | 'fullAnswer'>;
  readonly serviceOptions: ServiceOptions;
  readonly code: ServiceCode;
  /** What the clients of the service share; undefined if they share nothing. */
  readonly shared: Shared | undefined;
  /** Idle timeout in milliseconds; 0 disables it. */
  readonly idleMs: number;
  readonly deadlines: Deadlines;
  readonly threads: ThreadSettings;
  readonly descriptors: DescriptorBudget;
}

export interface ThreadSettings {
  /** Most client threads at once; of worker-event-loops, the number of workers. */
  readonly most: number;
  /** Only for worker-event-loops; default: round-robin. */
  readonly policy?: PolicyName;
  /** How many start before the first client comes. */
  readonly warm: number;
  /**
   * Heap limit of a thread in megabytes. A thread whose service exceeds it dies, and its client is
   * disconnected.
   */
  readonly memoryMb: number;
  /**
   * How long a thread may compute for its client without using its connection, in milliseconds of
   * processor time; 0, the default: without limit.
   */
  readonly taskLimitMs?: number;
  /** How clients' sockets get to the threads. Default: the model's own. */
  readonly handOff?: HandOffWay | undefined;
  /** Called each time a warm thread is up, with the number that are. */
  readonly onWarm?: (started: number) => void;
}

export interface AcceptorSettings {
  /** What happens to a connection that the model does not ask for at once. */
  readonly overflow: 'queue' | 'refuse';
  /** How many connections may wait; one more is refused. */
  readonly queueLimit: number;
}

export interface TlsSettings {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
  /** How long a client's handshake may take, in milliseconds. */
  readonly handshakeMs: number;
}

/** Everything that the command line decides about a server, for either transport. */
export interface ServerSettings {
  readonly service: CatalogueEntry;
  readonly serviceOptions: ServiceOptions;
  /** Whether changed code of the service serves the next client. */
  readonly watch?: boolean;
  readonly model: ModelName;
  readonly address: ListenAddress;
  readonly acceptor: AcceptorSettings;
  readonly threads: ThreadSettings;
  /** Idle timeout in milliseconds; 0 disables it. */
  readonly idleMs: number;
  /** Most memory for output that all clients together leave unread, in bytes. */
  readonly maxBufferBytes: number;
  /** Default: none. */
  readonly deadlines?: Deadlines | undefined;
  /** How long main's loop may not turn before a line says so, in milliseconds. */
  readonly loopLagMs: number;
  /** On a stop, how long clients may take to end, in milliseconds. */
  readonly graceMs: number;
  readonly log: LogSettings;
  /** The largest number of datagrams of one address in a second; 0: no limit. Over TCP: no use. */
  readonly datagramRate?: number;
  /** Path of the admin socket; undefined: none. */
  readonly adminPath?: string | undefined;
  /** Where `/metrics` and `/healthz` are served on TCP; undefined: nowhere. */
  readonly metricsAddress?: { readonly host: string; readonly port: number } | undefined;
  /** Time between two `heartbeat` lines in milliseconds; 0: none. */
  readonly heartbeatMs?: number;
  /** Undefined: connections are not encrypted. Only for models on the main thread. */
  readonly tls?: TlsSettings | undefined;
}
