/** A message on its way through the datagram server, and which messages it must not answer. Main thread. */
import type { Endpoint } from '../connection/connection.js';

export interface Datagram {
  readonly message: Uint8Array;
  readonly address: string;
  readonly port: number;
  /** Both, as the log writes them; what belongs to one client is found by it. */
  readonly peer: Endpoint;
  readonly receivedAtMs: number;
}

/** What fits into one Ethernet frame behind the headers of IPv4 and UDP: more would be cut into fragments. */
export const MAX_DATAGRAM_BYTES = 1472;

/**
 * Services there answer whatever they get: echo, daytime, qotd, chargen. An answer to one of them would be answered,
 * and so on for ever; port 0 cannot be answered.
 */
const REFLECTOR_PORTS: ReadonlySet<number> = new Set([0, 7, 13, 17, 19]);

export function isReflector(port: number): boolean {
  return REFLECTOR_PORTS.has(port);
}
