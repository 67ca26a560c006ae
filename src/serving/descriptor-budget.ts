/**
 * How many descriptors the process may still open, and who may open them. Main thread. The listener
 * stops accepting before they run out, since libuv accepts and closes the connections that come
 * then; threads/thread-limit.ts computes how many threads fit.
 *
 *     open now │ connections … │ held back for threads that may still start │ reserve
 *
 * The kernel counts the descriptors, because files, sockets and threads open some that nothing here
 * knows of. It is asked seldom: after a count, half of what was left may be accepted before the next.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';

/**
 * For what main opens beside connections: files, a copy of the listening descriptor, the log. Of a
 * larger limit, one in 64.
 */
const LEAST_RESERVE = 8;
const RESERVED_SHARE = 64;

export class DescriptorBudget {
  /** The soft limit (`ulimit -n`); Infinity where it is unknown, and nothing is counted then. */
  readonly limit: number;
  readonly reserve: number;
  #heldBack = 0;
  /** How many connections may be accepted before the next count. */
  #uncounted = 0;

  constructor(limit = descriptorLimit()) {
    this.limit = limit;
    const share = limit === Infinity ? 0 : Math.floor(limit / RESERVED_SHARE);
    this.reserve = Math.max(LEAST_RESERVE, share);
  }

  /** Asks the kernel. */
  get open(): number {
    return this.limit === Infinity ? 0 : (countOpen() ?? this.limit);
  }

  /** Asks the kernel. */
  get free(): number {
    return this.limit - this.open;
  }

  /** From now on no connection takes the last `count` descriptors before the reserve. */
  holdBack(count: number): void {
    this.#heldBack = count;
  }

  /** Whether a connection may be accepted. Asks the kernel. */
  hasRoom(): boolean {
    if (this.limit === Infinity) return true;
    const spare = this.free - this.reserve - this.#heldBack;
    this.#uncounted = Math.ceil(spare / 2);
    return spare > 0;
  }

  /** A connection was accepted. Returns whether another one may be. */
  take(): boolean {
    return --this.#uncounted > 0 || this.hasRoom();
  }
}

function descriptorLimit(): number {
  return softLimit('Max open files');
}

/** A soft limit of this process, by its name in /proc/self/limits; Infinity if there is none. */
export function softLimit(name: string): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const found = new RegExp(`^${name} +(\\d+)`, 'm').exec(limits)?.[1];
    return found === undefined ? Infinity : Number(found);
  } catch {
    // Off Linux, the limit is not known.
    return Infinity;
  }
}

const DESCRIPTORS = '/proc/self/fd';

/** Undefined if no descriptor is left to count them with. */
function countOpen(): number | undefined {
  try {
    // Since Linux 6.2 the size is their number; before that it is 0.
    return statSync(DESCRIPTORS).size || readdirSync(DESCRIPTORS).length - 1;
  } catch {
    return undefined;
  }
}
