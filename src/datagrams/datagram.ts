/**
 * A message on its way through the datagram server, and the ports that get no answer. Runs on the
 * main thread.
 */
import type { Endpoint } from '../connection/connection.js';

export interface Datagram {
  readonly message: Uint8Array;
  readonly address: string;
  readonly port: number;
  /** Address and port as the log writes them; the key of what is stored for a client. */
  readonly peer: Endpoint;
  readonly receivedAtMs: number;
}

/**
 * What fits into one Ethernet frame behind the headers of IPv4 and UDP. More would be fragmented.
 */
export const MAX_DATAGRAM_BYTES = 1472;

/**
 * Services on these ports answer every message: echo, daytime, qotd, chargen. An answer to such a
 * service would start an endless exchange. Port 0 cannot receive.
 */
const REFLECTOR_PORTS: ReadonlySet<number> = new Set([0, 7, 13, 17, 19]);

export function isReflector(port: number): boolean {
  return REFLECTOR_PORTS.has(port);
}
