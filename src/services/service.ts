/**
 * A service: a protocol handler, written once, that runs under every model. Its file knows no
 * threads, events or sockets, only a Connection. echo.ts is the shortest service; catalogue.ts
 * lists all.
 */
import type { Connection, EarlyEnd, MaybePromise } from '../connection/connection.js';
import type { Framing } from '../connection/lines.js';
import type { ServiceLog } from '../log/log.js';
import type { Session, Shared } from '../shared/shared.js';

/** `S` is the type of a client's session, if the clients of the service share an object. */
export interface Service<S extends Session | undefined = undefined> {
  /**
   * Creates the shared object: called once, on the main thread, before the first client. A service
   * imports the object's module here and not at its top, where every client thread would load it.
   * @throws StartError when the object cannot be created
   */
  share?(settings: ShareSettings): MaybePromise<Shared<NonNullable<S>>>;
  /**
   * Checks the options: called once, on the main thread, before the server starts.
   * @throws StartError when the service cannot run with them
   */
  check?(options: ServiceOptions): MaybePromise<void>;
  /**
   * Runs one client's conversation. When it returns (or its promise resolves), the server ends the
   * connection.
   * @returns how the conversation ended, if the client may still be sending a message
   * @throws ConnectionLost from the connection's calls; any other error is logged. Both end the
   *   connection.
   */
  serve(
    connection: Connection,
    context: ServiceContext<S>,
  ): Promise<EarlyEnd | undefined> | Promise<void> | undefined;
  /**
   * What a client thread rehearses that starts before its first client (workers/rehearse.ts).
   * Without it, the thread rehearses an echo.
   */
  rehearsal?(): Rehearsal;
}

/** Conversations with a client that sends one message again and again. */
export interface Rehearsal {
  readonly message: string;
  /** Serves the client. 25 answers must fit into a socket's buffer: they are not read. */
  serve(connection: Connection): Promise<void> | void;
}

/** A service whose session type is not known. */
export type AnyService = Service<Session | undefined>;

/** What a service gets to create its shared object. */
export type ShareSettings = Omit<ServiceContext, 'shared'>;

/** What a service gets beside its client. */
export interface ServiceContext<S extends Session | undefined = undefined> {
  readonly options: ServiceOptions;
  readonly log: ServiceLog;
  /** This client's session with the shared object, if the service has one. */
  readonly shared: S;
}

export const FRAMINGS = ['line', 'chunk', 'auto'] as const satisfies readonly Framing[];

export const DIALECTS = ['exercise', 'hii'] as const;
export type Dialect = (typeof DIALECTS)[number];

/**
 * The options of all services, from the command line. Plain values: the server copies them to every
 * client thread.
 */
export interface ServiceOptions {
  /** echo: whether to close after one message. */
  readonly once: boolean;
  /** Line services: how a message ends. */
  readonly framing: Framing;
  /** hello: the time for a second message in milliseconds; 0: without limit. */
  readonly goodbyeMs: number;
  /** count: the upper bound of the random pauses in milliseconds. */
  readonly maxPauseMs: number;
  /** chat: the exercise's line protocol, or the protocol of the tutorial's clients. */
  readonly dialect: Dialect;
  /** chat, exercise's dialect: number of earlier messages that a new member of a room is shown. */
  readonly history: number;
  /** quiz: path of the SQLite file. */
  readonly store: string;
  /** quiz: path of a file of questions; undefined: the service's own file. */
  readonly questions: string | undefined;
  /** web: path of the folder whose files are served. */
  readonly root: string;
  /** web: whether each answer has a line in the log. */
  readonly logRequests: boolean;
}

/**
 * The datagram side of a service: its answer to one message. A module with both sides exports
 * `service` and `datagram`; echo.ts is the shortest.
 *
 * A datagram is a whole message: it needs no connection and no framing. What the service must know
 * at a client's next message is that client's memory. The answer depends only on message and
 * memory, so each thread can compute it.
 *
 * `M` is the memory of one address: plain values, which are copied between threads and never
 * changed.
 */
export interface DatagramService<M = never> {
  answer(
    message: Uint8Array,
    memory: M | undefined,
    context: DatagramContext,
  ): MaybePromise<Answer<M>>;
}

interface DatagramContext {
  readonly options: ServiceOptions;
}

export interface Answer<M = unknown> {
  /** Undefined: no reply is sent. */
  readonly reply?: Uint8Array | string | undefined;
  /** Undefined: the address's memory is deleted. */
  readonly memory?: M | undefined;
}
