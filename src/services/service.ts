/**
 * A service: a protocol handler, written once, that runs under every model. Its file knows nothing of threads, events
 * or sockets, only of a Connection. echo.ts is the shortest one to read; catalogue.ts lists them all.
 */
import type { Connection } from '../connection/connection.js';
import type { Framing } from '../connection/lines.js';

export interface Service {
  /**
   * Holds one client's conversation. When it returns (or its promise resolves), the connection is ended; when it
   * throws, it is ended too and the error logged, unless that is a ConnectionLost, which is nobody's fault.
   */
  serve(connection: Connection, context: ServiceContext): Promise<void> | void;
}

/** What a service gets beside its client. */
export interface ServiceContext {
  readonly options: ServiceOptions;
  readonly log: ServiceLog;
}

/** The options of all services, from the command line. Plain values: they are copied to every client thread. */
export interface ServiceOptions {
  /** echo: one message, then close. */
  readonly once: boolean;
  /** Line services: where a message ends. */
  readonly framing: Framing;
  /** count: the pauses are random below this. */
  readonly maxPauseMs: number;
}

/** The part of a pino logger that a service may use. */
export interface ServiceLog {
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}
