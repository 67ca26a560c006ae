/**
 * A client thread's time: how long it ran for its client, and how long it was ready to run and had
 * no core. Client thread, once a client; so it reads /proc with one system call and makes no
 * strings. thread-state.ts reads the same from main while the client is served.
 */
import { createRequire } from 'node:module';
import { monotonicMs } from '../base/clock.js';
import { addressOf, bindPread, threadCpuMs } from '../base/libc.js';
import type { Mailbox } from './mailbox.js';

// By require, not import: see base/libc.ts.
const { openSync } = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

/** The longest text of a `schedstat` file. */
export const LONGEST = 64;
const [ZERO, NINE] = [0x30, 0x39];

/** Since the thread's start, in ms. */
export interface RunTimes {
  readonly ranMs: number;
  /** Ready to run, without a core. */
  readonly waitedMs: number;
}

/** @param text a `schedstat` file: two numbers of nanoseconds, and how often the thread ran */
export function parseRunTimes(text: Uint8Array): RunTimes {
  const numbers: [number, number] = [0, 0];
  let at = 0;
  for (const which of [0, 1] as const) {
    for (;;) {
      const digit = text[at++] ?? 0;
      if (digit < ZERO || digit > NINE) break;
      numbers[which] = numbers[which] * 10 + digit - ZERO;
    }
  }
  return { ranMs: numbers[0] / 1e6, waitedMs: numbers[1] / 1e6 };
}

export class ThreadTimes {
  /** Kept open: to open a file of /proc takes ten times as long as to read it. */
  readonly #fd: number | undefined;
  readonly #pread = bindPread();
  readonly #text = new Uint8Array(LONGEST);
  readonly #address = addressOf(this.#text);
  readonly #upAtMs = monotonicMs();
  /** When the last client had been served. */
  #last: RunTimes;

  /** For the thread that calls this, which is up: what it has done so far was for no client. */
  constructor() {
    try {
      this.#fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      // Without it, the time without a core is not known.
    }
    this.#last = this.#read();
  }

  /** The client thread takes a client: main may ask for its times from now on. */
  begin(mailbox: Mailbox): void {
    mailbox.ranBeforeMs = this.#last.ranMs;
    mailbox.waitedBeforeMs = this.#last.waitedMs;
  }

  /** Notes what has passed for this client; `coreWaitMs` is 0 where the system does not tell. */
  end(mailbox: Mailbox): void {
    const before = this.#last;
    this.#last = this.#read();
    mailbox.computedMs = this.#last.ranMs - before.ranMs;
    // The wake-up for this client, unless the thread was not up yet, is no part of its service.
    const { lentAtMs, wokenAtMs } = mailbox;
    const wokeInMs = lentAtMs > this.#upAtMs ? wokenAtMs - lentAtMs : 0;
    mailbox.coreWaitMs = Math.max(0, this.#last.waitedMs - before.waitedMs - wokeInMs);
  }

  #read(): RunTimes {
    if (this.#fd === undefined) return { ranMs: threadCpuMs(), waitedMs: 0 };
    this.#pread(this.#fd, this.#address, LONGEST, 0);
    return parseRunTimes(this.#text);
  }
}
