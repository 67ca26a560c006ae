/**
 * The kernel's side of accept: how long a listener's queue is, and how often such queues were full, from Linux's /proc.
 * Parsers and their readers; for bench/scenarios/backlog.ts.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

interface ListenCounters {
  /** A SYN, or the last segment of a handshake, found a listener's accept queue full. */
  readonly overflows: number;
  /** SYNs that were dropped at a listener, for that reason or another. */
  readonly drops: number;
}

/** Of all listeners of this network namespace, since it was made. */
export function listenCounters(): ListenCounters {
  return listenCountersIn(readFileSync('/proc/net/netstat', 'latin1'));
}

/** Each protocol has two lines, names and values. Throws where a counter is missing. */
export function listenCountersIn(netstat: string): ListenCounters {
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

/** The most that the kernel lets a listener ask for; undefined where there is no such limit to read. */
export function somaxconn(): number | undefined {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'latin1'));
  } catch {
    return undefined;
  }
}

/** Connections that a listener on IPv4 has not accepted yet; undefined if nobody listens on this port. */
export function acceptQueueLength(port: number): number | undefined {
  return acceptQueueLengthIn(listeners(), port);
}

/** The table's first part. All of it would take half a second where a bench has left thousands in TIME_WAIT. */
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

/** Listeners come first. */
const OTHER_STATE = /^ *\d+: [0-9A-F:]+ [0-9A-F:]+ (?!0A)[0-9A-F]{2} /m;

/** Of a socket that listens, rx_queue is the length of its accept queue: proc_pid_net(5), tcp_diag. */
export function acceptQueueLengthIn(table: string, port: number): number | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  // sl, local_address, rem_address, st (0A: it listens), tx_queue:rx_queue
  const row = new RegExp(`^ *\\d+: [0-9A-F]{8}:${hexPort} [0-9A-F:]+ 0A [0-9A-F]{8}:([0-9A-F]{8})`, 'm');
  const hexLength = row.exec(table)?.[1];
  return hexLength === undefined ? undefined : parseInt(hexLength, 16);
}
