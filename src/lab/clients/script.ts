/**
 * What the clients of the lab say, by their kind. Pure. client.ts plays the scripts.
 */
import type { Kind } from '../protocol.js';

export interface Script {
  /** What a client sends as soon as it is connected; undefined: nothing. */
  readonly first?: string;
  /** What it sends each time after it has thought; undefined: it leaves after its first answer. */
  readonly next?: (nowMs: number) => string;
  /** Whether it stays without an answer, until it is removed. */
  readonly stays: boolean;
  /** Whether others may delay its answer, so that its wait is worth showing. */
  readonly waits: boolean;
  /** Sends this without end, and reads nothing. */
  readonly flood?: string;
}

/** What an ordinary request computes, in ms: short, but more than a system call. */
const SHORT = 'work 1\n';

/** A long computation and a long sleep, in ms. */
export const COMPUTING_MS = 1000;
export const SLEEPING_MS = 2000;

/** How many lines go into a piece of the flood. */
const FLOOD_LINES = 8192;
/**
 * Each of these empty lines is answered by an error line of 38 bytes, so a few hundred kilobytes
 * from the client fill the buffers of several megabytes between server and client.
 */
const FLOOD = '\n'.repeat(FLOOD_LINES);

export function scriptOf(kind: Kind, id: number): Script {
  switch (kind) {
    case 'steady':
      return { first: SHORT, next: () => SHORT, stays: true, waits: true };
    case 'visitor':
      return { first: SHORT, stays: false, waits: true };
    case 'silent':
      return { stays: true, waits: false };
    case 'computing':
      return { first: `work ${COMPUTING_MS}\n`, stays: false, waits: false };
    case 'sleeping':
      return { first: `sleep ${SLEEPING_MS}\n`, stays: false, waits: false };
    case 'unread':
      return { flood: FLOOD, stays: true, waits: false };
    case 'speaker':
      return {
        first: `client${id}\n`,
        next: (nowMs) => `${SAID}${nowMs}\n`,
        stays: true,
        waits: false,
      };
    case 'listener':
      return { first: `client${id}\n`, stays: true, waits: false };
    case 'killer':
      return { first: 'die\n', stays: true, waits: false };
  }
}

const SAID = 'it is ';

/** When a chat line was said that a listener has received; undefined: it is no such line. */
export function saidAtMs(line: string): number | undefined {
  const [, at] = /^client\d{1,9}: it is ([\d.]{1,20})$/.exec(line) ?? [];
  return at === undefined ? undefined : Number(at);
}
