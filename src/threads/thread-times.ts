/**
 * What the kernel knows of a thread's time: how long it ran, and how long it was ready to run and
 * had no core. Client thread.
 */
import { createRequire } from 'node:module';
import { threadCpuMs } from '../base/libc.js';

// By require, not import: see base/libc.ts.
const { openSync, readSync } = createRequire(import.meta.url)(
  'node:fs',
) as typeof import('node:fs');

const LONGEST = 64;

export class ThreadTimes {
  /** Kept open: to open a file of /proc takes ten times as long as to read it. */
  readonly #fd: number | undefined;
  readonly #text = Buffer.alloc(LONGEST);
  #ranMs = 0;
  #waitedMs = 0;

  /** For the thread that calls this. */
  constructor() {
    try {
      this.#fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      // Without it, the time without a core is not known.
    }
  }

  /**
   * What has passed since the last call, in ms.
   * @returns `coreWaitMs` is 0 where the system does not tell
   */
  take(): { readonly computedMs: number; readonly coreWaitMs: number } {
    const [ranMs, waitedMs] = this.#read();
    const computedMs = ranMs - this.#ranMs;
    const coreWaitMs = waitedMs - this.#waitedMs;
    this.#ranMs = ranMs;
    this.#waitedMs = waitedMs;
    return { computedMs, coreWaitMs };
  }

  #read(): [ranMs: number, waitedMs: number] {
    if (this.#fd === undefined) return [threadCpuMs(), 0];
    const length = readSync(this.#fd, this.#text, 0, LONGEST, 0);
    // Two numbers of nanoseconds, and how often the thread ran.
    const [ran, waited] = this.#text.toString('latin1', 0, length).split(' ');
    return [Number(ran) / 1e6, Number(waited) / 1e6];
  }
}
