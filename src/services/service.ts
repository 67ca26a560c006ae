/**
 * A service: a protocol handler, written once, that runs under every model. Its file knows nothing of threads, events
 * or sockets, only of a Connection. echo.ts is the shortest one to read; catalogue.ts lists them all.
 */
import type { Connection, MaybePromise } from '../connection/connection.js';
import type { Framing } from '../connection/lines.js';
import type { ServiceLog } from '../log/log.js';
import type { Session, Shared } from '../shared/shared.js';

/** `S` is what its handlers call of the state that its clients share, if they share any. */
export interface Service<S extends Session | undefined = undefined> {
  /**
   * Makes what all clients share: called once, on the main thread, before the first client comes. Only main needs
   * what it imports: a service imports that here and not at its top, or every client thread would load it, too.
   * @throws StartError when it cannot be made
   */
  share?(settings: ShareSettings): MaybePromise<Shared<NonNullable<S>>>;
  /**
   * Looks at the options before the server starts. Called once, on the main thread.
   * @throws StartError when it cannot serve with them
   */
  check?(options: ServiceOptions): MaybePromise<void>;
  /**
   * Holds one client's conversation. When it returns (or its promise resolves), the connection is ended; when it
   * throws, it is ended too and the error logged, unless that is a ConnectionLost, which is nobody's fault.
   */
  serve(connection: Connection, context: ServiceContext<S>): Promise<void> | void;
}

/** A service whose type of session is not known. */
export type AnyService = Service<Session | undefined>;

/** What a service gets to make its shared state with. */
export type ShareSettings = Omit<ServiceContext, 'shared'>;

/** What a service gets beside its client. */
export interface ServiceContext<S extends Session | undefined = undefined> {
  readonly options: ServiceOptions;
  readonly log: ServiceLog;
  /** This client's session of the shared state, for a service that has one. */
  readonly shared: S;
}

export const DIALECTS = ['exercise', 'hii'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The options of all services, from the command line. Plain values: they are copied to every client thread. */
export interface ServiceOptions {
  /** echo: one message, then close. */
  readonly once: boolean;
  /** Line services: where a message ends. */
  readonly framing: Framing;
  /** count: the pauses are random below this. */
  readonly maxPauseMs: number;
  /** chat: the exercise's line protocol, or that of the tutorial's clients. */
  readonly dialect: Dialect;
  /** quiz: the path of its SQLite file. */
  readonly store: string;
  /** quiz: the path of a file of questions; without it, the service's own. */
  readonly questions: string | undefined;
  /** web: the folder whose files are served. */
  readonly root: string;
}

/**
 * The datagram side of a service: its answer to one message. A module with both sides exports `service` and
 * `datagram`; echo.ts is the shortest one.
 *
 * A datagram is a whole message, so there is no connection and no framing. What a service must know of a client at
 * its next message, it returns as that client's memory. The answer is a function of message and memory, so any
 * thread can compute it.
 *
 * `M` is the memory of one address: plain values, which are copied between threads and never changed.
 */
export interface DatagramService<M = never> {
  answer(message: Uint8Array, memory: M | undefined, context: DatagramContext): MaybePromise<Answer<M>>;
}

interface DatagramContext {
  readonly options: ServiceOptions;
}

export interface Answer<M = unknown> {
  /** Undefined: none is sent. */
  readonly reply?: Uint8Array | string | undefined;
  /** Undefined: nothing of this address need be remembered any more. */
  readonly memory?: M | undefined;
}
