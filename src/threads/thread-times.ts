/**
 * A client thread's time: how long it ran for its client, and how long it was ready to run and had
 * no core. Client thread; thread-state.ts reads the same from main while the client is served.
 */
import { createRequire } from 'node:module';
import { threadCpuMs } from '../base/libc.js';
import type { Mailbox } from './mailbox.js';

// By require, not import: see base/libc.ts.
const { openSync, readSync } = createRequire(import.meta.url)(
  'node:fs',
) as typeof import('node:fs');

/** The longest text of a `schedstat` file. */
export const LONGEST = 64;

/** Since the thread's start, in ms. */
export interface RunTimes {
  readonly ranMs: number;
  /** Ready to run, without a core. */
  readonly waitedMs: number;
}

/** @param text a `schedstat` file: two numbers of nanoseconds, and how often the thread ran */
export function parseRunTimes(text: Buffer, length: number): RunTimes {
  const [ran, waited] = text.toString('latin1', 0, length).split(' ');
  return { ranMs: Number(ran) / 1e6, waitedMs: Number(waited) / 1e6 };
}

export class ThreadTimes {
  /** Kept open: to open a file of /proc takes ten times as long as to read it. */
  readonly #fd: number | undefined;
  readonly #text = Buffer.alloc(LONGEST);

  /** For the thread that calls this. */
  constructor() {
    try {
      this.#fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      // Without it, the time without a core is not known.
    }
  }

  /** The client thread takes a client: main may ask for its times from now on. */
  begin(mailbox: Mailbox): void {
    const { ranMs, waitedMs } = this.#read();
    mailbox.ranBeforeMs = ranMs;
    mailbox.waitedBeforeMs = waitedMs;
  }

  /** Notes what has passed since {@link begin}; `coreWaitMs` is 0 where the system does not tell. */
  end(mailbox: Mailbox): void {
    const { ranMs, waitedMs } = this.#read();
    mailbox.computedMs = ranMs - mailbox.ranBeforeMs;
    mailbox.coreWaitMs = waitedMs - mailbox.waitedBeforeMs;
  }

  #read(): RunTimes {
    if (this.#fd === undefined) return { ranMs: threadCpuMs(), waitedMs: 0 };
    return parseRunTimes(this.#text, readSync(this.#fd, this.#text, 0, LONGEST, 0));
  }
}
