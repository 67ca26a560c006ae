/**
 * A client thread's time: how long it ran for its client, and how long it was ready to run and had
 * no core. Client thread, once a client; so it reads /proc with one system call and makes no
 * strings. thread-state.ts reads the same from main while the client is served.
 */
import { createRequire } from 'node:module';
import { monotonicMs } from '../base/clock.js';
import { addressOf } from '../base/libc/call.js';
import { bindPread } from '../base/libc/file.js';
import { threadCpuMs } from '../base/libc/thread.js';
import type { Mailbox } from './mailbox.js';

// By require, not import: see base/libc/call.ts.
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

/** A client that was served for less has no time without a core that its line would show. */
const LEAST_SERVED_MS = 5;
/** After so long a pause the thread is not busy, and can look again at what it has waited. */
const LEAST_PAUSE_MS = 20;

export class ThreadTimes {
  /** Kept open: to open a file of /proc takes ten times as long as to read it. */
  readonly #fd: number | undefined;
  readonly #pread = bindPread();
  readonly #text = new Uint8Array(LONGEST);
  readonly #address = addressOf(this.#text);
  /** When the last client had been served, and the thread's processor time by then. */
  #endedAtMs = monotonicMs();
  #ranMs = threadCpuMs();
  /** As far as it has been read, and how long the thread took since then to wake up for clients. */
  #waitedMs: number;
  #wokeInMs = 0;

  /** For the thread that calls this, which is up: what it has done so far was for no client. */
  constructor() {
    try {
      this.#fd = openSync('/proc/thread-self/schedstat', 'r');
    } catch {
      // Without it, the time without a core is not known.
    }
    this.#waitedMs = this.#readWaitedMs();
  }

  /** The client thread takes a client: main may ask for its times from now on. */
  begin(mailbox: Mailbox): void {
    const { lentAtMs, wokenAtMs } = mailbox;
    if (wokenAtMs - this.#endedAtMs > LEAST_PAUSE_MS) this.#lookAgain();
    // Its wake-up is no part of a client's service, unless the thread was busy when it came.
    else if (lentAtMs > this.#endedAtMs) this.#wokeInMs += wokenAtMs - lentAtMs;
    mailbox.ranBeforeMs = this.#ranMs;
    mailbox.waitedBeforeMs = this.#waitedMs + this.#wokeInMs;
  }

  /**
   * Notes what has passed for this client. Between short clients without a pause, the time without a
   * core is not read, since that takes several times as long as the clock: the next longer client
   * may get a little of it.
   */
  end(mailbox: Mailbox): void {
    this.#endedAtMs = monotonicMs();
    const ranBeforeMs = this.#ranMs;
    this.#ranMs = threadCpuMs();
    mailbox.computedMs = this.#ranMs - ranBeforeMs;
    const servedMs = this.#endedAtMs - mailbox.startedAtMs;
    if (servedMs < LEAST_SERVED_MS) return;
    const mostMs = servedMs - mailbox.computedMs;
    this.#lookAgain();
    const waitedMs = this.#waitedMs - mailbox.waitedBeforeMs;
    mailbox.coreWaitMs = Math.max(0, Math.min(mostMs, waitedMs));
  }

  #lookAgain(): void {
    this.#waitedMs = this.#readWaitedMs();
    this.#wokeInMs = 0;
  }

  /** @returns 0 where the system does not tell */
  #readWaitedMs(): number {
    if (this.#fd === undefined) return 0;
    this.#pread(this.#fd, this.#address, LONGEST, 0);
    return parseRunTimes(this.#text).waitedMs;
  }
}
