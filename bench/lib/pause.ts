/**
 * Stops a server for a while during an open-loop window, to show what a stall does to latencies.
 *
 * Runs in the load process, which calls {@link ServerPause.advance} between two polls of its
 * sockets. A server must never stay stopped. The load continues it in any case;
 * bench/generator/handle.ts does so once more in the runner, because the load process may be killed
 * during the pause.
 */

/** When a pause begins after the start of the window, and how long it takes. */
export interface PauseTimes {
  readonly afterMs: number;
  readonly forMs: number;
}

interface PausedWindow {
  readonly pause?: PauseTimes;
  readonly serverPid?: number;
  readonly durationMs: number;
}

export class ServerPause {
  readonly #pid: number;
  readonly #stopMs: number;
  readonly #continueMs: number;
  #state: 'before' | 'stopped' | 'over' = 'before';

  /**
   * Returns undefined for a window without a pause.
   * @throws Error if the process id is missing or the pause exceeds the window
   */
  static within({ pause, serverPid, durationMs }: PausedWindow): ServerPause | undefined {
    if (pause === undefined) return undefined;
    if (serverPid === undefined) throw new Error('a pause needs the process id of the server');
    const { afterMs, forMs } = pause;
    if (!(afterMs >= 0 && forMs > 0 && afterMs + forMs <= durationMs)) {
      throw new Error(
        `a pause of ${forMs} ms after ${afterMs} ms is not within a window of ${durationMs} ms`,
      );
    }
    return new ServerPause(serverPid, afterMs, afterMs + forMs);
  }

  private constructor(pid: number, stopMs: number, continueMs: number) {
    this.#pid = pid;
    this.#stopMs = stopMs;
    this.#continueMs = continueMs;
  }

  /**
   * Sends the signal that is due, given the time since the start of the window.
   * @returns the time of the next signal since the start of the window, in ms; Infinity if none is
   * left
   */
  advance(windowMs: number): number {
    if (this.#state === 'before' && windowMs >= this.#stopMs) {
      this.#state = 'stopped';
      signal(this.#pid, 'SIGSTOP');
    }
    if (this.#state === 'stopped' && windowMs >= this.#continueMs) this.end();
    switch (this.#state) {
      case 'before':
        return this.#stopMs;
      case 'stopped':
        return this.#continueMs;
      case 'over':
        return Infinity;
    }
  }

  /** Continues the server if it is stopped. */
  end(): void {
    if (this.#state === 'stopped') continueProcess(this.#pid);
    this.#state = 'over';
  }
}

/** Does nothing if the process runs or has ended. */
export function continueProcess(pid: number): void {
  signal(pid, 'SIGCONT');
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // A server that has ended shows in its clients' errors.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
