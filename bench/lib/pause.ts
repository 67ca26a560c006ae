/**
 * Stops a server's process for a while in the middle of an open-loop job, to show what a stall does to latencies.
 *
 * Runs in the generator's process, which is asked between two looks at its sockets. A server must never stay stopped:
 * the job continues it whatever happens, and bench/generator/handle.ts once more, in case the generator was killed meanwhile.
 */
import type { OpenLoopJob } from '../generator/protocol/jobs.js';

export class Pause {
  readonly #pid: number;
  readonly #stopMs: number;
  readonly #continueMs: number;
  #state: 'before' | 'stopped' | 'over' = 'before';

  /** Undefined if the job has none. Throws if it cannot be carried out within the window. */
  static of({ pause, serverPid, durationMs }: OpenLoopJob): Pause | undefined {
    if (pause === undefined) return undefined;
    if (serverPid === undefined) throw new Error('a pause needs the process id of the server');
    const { afterMs, forMs } = pause;
    if (!(afterMs >= 0 && forMs > 0 && afterMs + forMs <= durationMs)) {
      throw new Error(
        `a pause of ${forMs} ms after ${afterMs} ms is not within a window of ${durationMs} ms`,
      );
    }
    return new Pause(serverPid, afterMs, afterMs + forMs);
  }

  private constructor(pid: number, stopMs: number, continueMs: number) {
    this.#pid = pid;
    this.#stopMs = stopMs;
    this.#continueMs = continueMs;
  }

  /** Does what is due so long after the window began. @returns when the next is due; Infinity: never */
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

/** Harmless if the process runs, or has ended. */
export function continueProcess(pid: number): void {
  signal(pid, 'SIGCONT');
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended by itself: its clients' errors tell.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
