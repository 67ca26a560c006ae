/**
 * The processor time that the thread uses for one kind of work. Main thread. Unlike a clock, it
 * does not count the time in which other threads and processes had the core.
 */

const threadCpuMs: (() => number) | undefined = await import('../base/libc/thread.js').then(
  (libc) => libc.threadCpuMs,
  () => undefined,
);

export class CpuMeter {
  #usedMs = 0;
  /** When the outermost piece of work began, on the thread's processor clock. */
  #beganAtMs: number | undefined;

  /** In milliseconds, with the piece of work that is being done; undefined without libc. */
  get usedMs(): number | undefined {
    if (!threadCpuMs) return undefined;
    return this.#usedMs + (this.#beganAtMs === undefined ? 0 : threadCpuMs() - this.#beganAtMs);
  }

  /** Does a piece of the work, without waiting; a piece within a piece counts once. */
  count<T>(work: () => T): T {
    if (!threadCpuMs || this.#beganAtMs !== undefined) return work();
    const beganAtMs = threadCpuMs();
    this.#beganAtMs = beganAtMs;
    try {
      return work();
    } finally {
      this.#beganAtMs = undefined;
      this.#usedMs += threadCpuMs() - beganAtMs;
    }
  }
}
