/**
 * Reads from Linux's /proc how long a listener's accept queue is and how often such queues were
 * full. Runs in the runner, for bench/scenarios/backlog.ts. The parsers are apart, for the tests.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

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

/**
 * Connections that an IPv4 listener has not accepted yet; undefined if the port has no listener.
 */
export function acceptQueueLength(port: number): number | undefined {
  return parseAcceptQueueLength(listeners(), port);
}

/** The listeners, the first part of the table. Thousands of TIME_WAIT rows would take 0.5 s. */
function listeners(): string {
  const file = openSync('/proc/net/tcp', 'r');
  try {
    const page = Buffer.alloc(4096);
    let table = '';
    while (!OTHER_STATE.test(table)) {
      const length = readSync(file, page);
      if (length === 0) break;
      table += page.toString('latin1', 0, length);
    }
    return table;
  } finally {
    closeSync(file);
  }
}

/** A row in another state than LISTEN (0A). The kernel lists listeners first. */
const OTHER_STATE = /^ *\d+: [0-9A-F:]+ [0-9A-F:]+ (?!0A)[0-9A-F]{2} /m;

/**
 * The rx_queue of a listening socket is its accept queue length, see proc_pid_net(5) and tcp_diag.
 */
export function parseAcceptQueueLength(table: string, port: number): number | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  // sl, local_address, rem_address, st (0A: LISTEN), tx_queue:rx_queue
  const row = new RegExp(
    `^ *\\d+: [0-9A-F]{8}:${hexPort} [0-9A-F:]+ 0A [0-9A-F]{8}:([0-9A-F]{8})`,
    'm',
  );
  const hexLength = row.exec(table)?.[1];
  return hexLength === undefined ? undefined : parseInt(hexLength, 16);
}
