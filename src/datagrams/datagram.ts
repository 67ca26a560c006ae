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

/** The headers of IPv4 and UDP, which each datagram has. */
const HEADERS_BYTES = 28;
const MAX_AMPLIFICATION = 3;

/**
 * The longest answer to a question, in bytes. Senders can be forged, so a longer answer would
 * multiply what an attacker sends to a third party. Headers count: the answer to an empty datagram
 * may have 56 bytes.
 */
export function longestAnswerBytes(questionBytes: number): number {
  const onTheWire = MAX_AMPLIFICATION * (HEADERS_BYTES + questionBytes);
  return Math.min(MAX_DATAGRAM_BYTES, onTheWire - HEADERS_BYTES);
}
