/**
 * Reads from Linux's /proc how many connections wait in another process's accept queue: the watcher
 * shows that of a server that does not answer, and the bench that of a stopped one. The parser is
 * apart, for the tests.
 */
import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Connections that an IPv4 listener has not accepted yet; undefined if the port has no listener.
 * @throws Error off Linux
 */
export function acceptQueueLength(port: number): number | undefined {
  return parseAcceptQueueLength(listeners(), port);
}

/**
 * The listeners, the first part of the table. Thousands of TIME_WAIT rows would take 0.5 s.
 * @throws Error off Linux
 */
export function listeners(path = '/proc/net/tcp'): string {
  const file = openSync(path, 'r');
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
