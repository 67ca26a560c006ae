/**
 * What the kernel knows of a thread's time: how long it ran, and how long it was ready to run and
 * had no core. Client thread, once a client; so it reads /proc with one system call and makes no
 * strings.
 */
import { createRequire } from 'node:module';
import { addressOf, bindPread, threadCpuMs } from '../base/libc.js';

// By require, not import: see base/libc.ts.
const { openSync } = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

const LONGEST = 64;
const [ZERO, NINE] = [0x30, 0x39];

export class ThreadTimes {
  /** Kept open: to open a file of /proc takes ten times as long as to read it. */
  readonly #fd: number | undefined;
  readonly #pread = bindPread();
  readonly #text = new Uint8Array(LONGEST);
  readonly #address = addressOf(this.#text);
  #ranMs = 0;
  #waitedMs = 0;
  #readAtByte = 0;

  /** For the thread that calls this. */
  constructor() {
    try {
      this.#fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      // Without it, the time without a core is not known.
    }
    this.take();
  }

  /**
   * What has passed since the last call, in ms.
   * @returns `coreWaitMs` is 0 where the system does not tell
   */
  take(): { readonly computedMs: number; readonly coreWaitMs: number } {
    const [ranMs, waitedMs] = [this.#ranMs, this.#waitedMs];
    if (this.#fd === undefined) this.#ranMs = threadCpuMs();
    else {
      // Two numbers of nanoseconds, and how often the thread ran: `343 574 153`.
      this.#pread(this.#fd, this.#address, LONGEST, 0);
      this.#readAtByte = 0;
      this.#ranMs = this.#nextNumber() / 1e6;
      this.#waitedMs = this.#nextNumber() / 1e6;
    }
    return { computedMs: this.#ranMs - ranMs, coreWaitMs: this.#waitedMs - waitedMs };
  }

  #nextNumber(): number {
    let value = 0;
    for (;;) {
      const digit = this.#text[this.#readAtByte++] ?? 0;
      if (digit < ZERO || digit > NINE) return value;
      value = value * 10 + digit - ZERO;
    }
  }
}
