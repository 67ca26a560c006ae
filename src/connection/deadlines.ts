/**
 * Absolute deadlines of a client. The idle timeout bounds a silence; a client that sends one byte a
 * second is never silent, and a deadline ends it all the same. Used on every thread.
 *
 *     login     from the connection to the client's name or account    the service starts and ends it
 *     line      from a line's first byte to its end                    lines.ts
 *     request   from a request's first byte to its last                services/web/conversation.ts
 *     send      from the first byte of an answer that the client does not take to its last
 *
 * On main, deadline-timer.ts watches them beside the idle timer. On a client thread, blocking.ts
 * shortens the timeout of recv(2) while one runs.
 */

/** What a service starts and ends. `send` is the connection's own. */
export type DeadlineName = 'login' | 'line' | 'request';

/** Why a connection was cut short: the `reason` of its `closed` line. */
export type DeadlineReason = `${DeadlineName | 'send'} deadline`;

/** Each in milliseconds; 0 disables it. Plain values: the server copies them to every thread. */
export interface Deadlines {
  readonly loginMs: number;
  readonly lineMs: number;
  readonly requestMs: number;
  readonly sendMs: number;
}

export const NO_DEADLINES: Deadlines = { loginMs: 0, lineMs: 0, requestMs: 0, sendMs: 0 };

const LIMIT_OF = { login: 'loginMs', line: 'lineMs', request: 'requestMs' } as const;

/** A client gets the time of the send deadline for each piece of this size. */
const SEND_BYTES = 65_536;

/** How long the client may take for an answer of so many bytes; 0: as long as it likes. */
export function sendLimitMs({ sendMs }: Deadlines, bytes: number): number {
  return sendMs * Math.ceil(bytes / SEND_BYTES);
}

interface Running {
  readonly name: DeadlineName;
  readonly atMs: number;
}

/** The deadlines of one client that run at the moment. */
export class RunningDeadlines {
  readonly #limits: Deadlines;
  readonly #nowMs: () => number;
  #running: readonly Running[] = [];

  constructor(limits: Deadlines, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  /**
   * Starts a deadline; one that runs starts again.
   * @returns whether it runs: it may be disabled
   */
  start(name: DeadlineName): boolean {
    const limitMs = this.#limits[LIMIT_OF[name]];
    if (limitMs === 0) return false;
    this.end(name);
    this.#running = [...this.#running, { name, atMs: this.#nowMs() + limitMs }];
    return true;
  }

  end(name: DeadlineName): void {
    this.#running = this.#running.filter((running) => running.name !== name);
  }

  /** The one that is over first. */
  get next(): Running | undefined {
    return this.#running.reduce<Running | undefined>(
      (first, running) => (first === undefined || running.atMs < first.atMs ? running : first),
      undefined,
    );
  }
}
