/**
 * The datagram side of a service: what it answers to one message, beside `service`, which serves a stream. A module
 * with both exports `service` and `datagram`; ../services/echo.ts is the shortest. Read server.ts next.
 *
 * A datagram is a whole message, so there is no connection and no framing. What a service wants to know of a client by
 * its next message it returns as that client's memory, and gets it back then: the answer is a function of message and
 * memory, and any thread can work it out.
 */
import type { Endpoint, MaybePromise } from '../connection/connection.js';
import type { ServiceOptions } from '../services/service.js';

/** `M` is what it remembers of an address: plain values, which are copied between threads and never changed. */
export interface DatagramService<M = never> {
  answer(message: Uint8Array, memory: M | undefined, context: DatagramContext): MaybePromise<Answer<M>>;
}

interface DatagramContext {
  readonly options: ServiceOptions;
}

export interface Answer<M = unknown> {
  /** Undefined: none is sent. */
  readonly reply?: Uint8Array | string | undefined;
  /** Undefined: nothing of this address need be remembered any more. */
  readonly memory?: M | undefined;
}

/** A message on its way through the server. Main thread. */
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
