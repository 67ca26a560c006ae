/**
 * A contender starts servers under test, and a running server is one of them.
 *
 * models.ts has our own contenders, peers.ts the reference servers. Both run servers as child
 * processes of the runner, see server-process.ts.
 */
import type { ContenderResult } from '../analysis/experiment.js';

/** The services that our own models serve in the bench. A peer has a program for some of them. */
export type ServiceName = 'echo' | 'chat' | 'web' | 'work' | 'quiz' | 'own';

export interface RunningServer {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** How the process ended, such as `SIGSEGV` or `exit code 1`; undefined while it runs. */
  exitReason(): string | undefined;
  /** Sends SIGTERM, after 10 s SIGKILL. Resolves when the process has ended. Safe to call twice. */
  stop(): Promise<void>;
}

export interface ServerNeeds {
  /** Default: `echo`. */
  readonly service?: ServiceName;
  /** `own`: the path of the service's file. */
  readonly module?: string;
  /** The largest number of clients at once. */
  readonly clients: number;
  /** Threads of thread-per-client, all started before the first client. Default: one per client. */
  readonly threads?: number;
  /** The most clients that wait in the queue of our own models, if clients wait at all. */
  readonly queue?: number;
  /** Of our own models. Default: TCP. */
  readonly transport?: 'udp';
  /** More command-line arguments for our own models. Peers take none. */
  readonly args?: readonly string[];
}

export interface Contender {
  readonly name: string;
  readonly kind: ContenderResult['kind'];
  /** For a variant or a control: the name of the contender it is compared with. */
  readonly variantOf?: string;
  readonly services: readonly ServiceName[];
  /**
   * Why the service cannot run on this machine, such as `no C compiler (cc)`; undefined if it can.
   */
  unavailable(service: ServiceName): string | undefined;
  /** Rejects if the server does not listen in time; the error has its stderr. */
  start(needs: ServerNeeds): Promise<RunningServer>;
}
