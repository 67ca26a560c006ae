/**
 * A contender starts servers under test, and a running server is one of them.
 *
 * models.ts has our own contenders, peers.ts the reference servers. Both run servers as child
 * processes of the runner, see server-process.ts. own-servers.ts has those that a user names.
 */
import type { ServerTarget } from '../generator/protocol/jobs.js';
import type { ContenderResult } from '../analysis/experiment.js';

/** The services that our own models serve in the bench. A peer has a program for some of them. */
export type ServiceName = 'echo' | 'capitalize' | 'chat' | 'web' | 'work' | 'quiz' | 'own';

/** The services that can be loaded with short texts of any content. */
export type TextService = Extract<ServiceName, 'echo' | 'capitalize'>;
export const TEXT_SERVICES: readonly TextService[] = ['echo', 'capitalize'];

export interface RunningServer {
  readonly name: string;
  /** Left out if the bench did not start the server. */
  readonly pid?: number;
  /** Set if the server is all processes of the session that `pid` leads. */
  readonly isSession?: true;
  /** Set if the server is `pid` and its descendants. */
  readonly isTree?: true;
  /** An IPv4 address; default: 127.0.0.1. */
  readonly host?: string;
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
  /** A command that starts the server, such as `taskset -c 0`. Servers of the user's own take none. */
  readonly through?: readonly string[];
}

export interface Contender {
  readonly name: string;
  readonly kind: ContenderResult['kind'];
  /** For a variant or a control: the name of the contender it is compared with. */
  readonly variantOf?: string;
  readonly services: readonly ServiceName[];
  /**
   * How many workers share the clients: one for each core, or `threads`. Left out if there are none,
   * or if a new one is started for each client.
   */
  readonly workers?: 'cores' | 'threads';
  /**
   * Why the service cannot run on this machine, such as `no C compiler (cc)`; undefined if it can.
   */
  unavailable(service: ServiceName): string | undefined;
  /** Rejects if the server does not listen in time; the error has its stderr. */
  start(needs: ServerNeeds): Promise<RunningServer>;
}

/** The fields of a job that name the server under load. */
export function targetOf({ host, port, pid, isSession, isTree }: RunningServer): ServerTarget {
  return {
    port,
    ...(host !== undefined && { host }),
    ...(pid !== undefined && { serverPid: pid }),
    ...(isSession && { samples: 'session' as const }),
    ...(isTree && { samples: 'tree' as const }),
  };
}

/** @throws Error if the bench did not start the server, and so does not know its process */
export function pidOf({ name, pid }: RunningServer): number {
  if (pid === undefined) throw new Error(`${name} has no process of the bench's`);
  return pid;
}
