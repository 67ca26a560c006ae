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
  /** Sends this without end, and reads nothing. */
  readonly flood?: string;
}

/** What an ordinary request computes, in ms: short, but more than a system call. */
const SHORT = 'work 1\n';

/** What a guest waits for at least, in ms. */
const NAP = 'sleep 50\n';

/** A long computation and a long sleep, in ms. */
const COMPUTING_MS = 1000;
const SLEEPING_MS = 2000;

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
      return { first: SHORT, next: () => SHORT, stays: true };
    case 'visitor':
      return { first: SHORT, stays: false };
    case 'guest':
      return { first: NAP, stays: false };
    case 'silent':
      return { stays: true };
    case 'computing':
      return { first: `work ${COMPUTING_MS}\n`, stays: false };
    case 'sleeping':
      return { first: `sleep ${SLEEPING_MS}\n`, stays: false };
    case 'unread':
      return { flood: FLOOD, stays: true };
    case 'speaker':
      return {
        first: `client${id}\n`,
        next: (nowMs) => `${SAID}${nowMs}\n`,
        stays: true,
      };
    case 'listener':
      return { first: `client${id}\n`, stays: true };
    case 'killer':
      return { first: 'die\n', stays: true };
  }
}

const SAID = 'it is ';

/** When a chat line was said that a listener has received; undefined: it is no such line. */
export function saidAtMs(line: string): number | undefined {
  const [, at] = /^client\d{1,9}: it is ([\d.]{1,20})$/.exec(line) ?? [];
  return at === undefined ? undefined : Number(at);
}
