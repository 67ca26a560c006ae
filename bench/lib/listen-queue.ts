/**
 * Reads from Linux's /proc how often accept queues were full, and how long they may be. Runs in the
 * runner, for bench/scenarios/backlog.ts; src/base/accept-queue.ts has the length of one queue. The
 * parser is apart, for the tests.
 */
import { readFileSync } from 'node:fs';

interface ListenCounters {
  /** SYNs and last segments of handshakes that found the accept queue full. */
  readonly overflows: number;
  /** SYNs that a listener dropped for any reason. */
  readonly drops: number;
}

/**
 * Counts since boot, over all listeners of this network namespace.
 * @throws Error as {@link parseListenCounters}
 */
export function listenCounters(): ListenCounters {
  return parseListenCounters(readFileSync('/proc/net/netstat', 'latin1'));
}

/** Each protocol has a line of names and a line of values. @throws Error if a counter is missing */
export function parseListenCounters(netstat: string): ListenCounters {
  const [names, values] = netstat
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.trim().split(/\s+/));
  const value = (name: string) => {
    const found = values?.[names?.indexOf(name) ?? -1];
    if (found === undefined) throw new Error(`no ${name} in /proc/net/netstat`);
    return Number(found);
  };
  return { overflows: value('ListenOverflows'), drops: value('ListenDrops') };
}

/** The longest accept queue that the kernel allows; undefined if /proc does not have the limit. */
export function somaxconn(): number | undefined {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'latin1'));
  } catch {
    return undefined;
  }
}
