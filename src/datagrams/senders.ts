/**
 * Whose datagrams are answered. A sender can be forged: to make two servers, or the server and
 * itself, answer each other, or to flood. Main thread. Used by receiver.ts.
 */
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { monotonicMs } from '../base/clock.js';
import { Pace } from '../base/pace.js';
import { networkOf } from '../connection/endpoint.js';

/** The largest number of addresses whose rate is known at a time. Addresses are easily forged. */
const MAX_RATED = 10_000;

/**
 * Services on these ports answer every message, or an answer with an error: echo, systat, daytime,
 * qotd, chargen, time, DNS, TFTP, NTP. An answer to such a service would start an endless exchange.
 * Port 0 cannot receive.
 */
const REFLECTOR_PORTS: ReadonlySet<number> = new Set([0, 7, 11, 13, 17, 19, 37, 53, 69, 123]);

export class Senders {
  readonly #own: AddressInfo;
  readonly #pace: Pace | undefined;

  /**
   * @param own the address of the server's socket
   * @param ratePerSecond the largest number of messages of one address in a second; 0: no limit
   */
  constructor(own: AddressInfo, ratePerSecond: number) {
    this.#own = own;
    if (ratePerSecond === 0) return;
    const everyMs = 1000 / ratePerSecond;
    this.#pace = new Pace({
      burst: ratePerSecond,
      everyMs,
      entries: MAX_RATED,
      nowMs: monotonicMs,
    });
  }

  /** Counts a message of the sender. Returns why it gets no answer; undefined if it gets one. */
  objection(address: string, port: number): 'ignored' | 'limited' | undefined {
    if (REFLECTOR_PORTS.has(port) || this.#isOwn(address, port)) return 'ignored';
    if (this.#pace !== undefined && this.#pace.reserve(networkOf(address)) === undefined)
      return 'limited';
    return undefined;
  }

  #isOwn(address: string, port: number): boolean {
    const own = this.#own;
    if (port !== own.port) return false;
    return address === own.address || (isWildcard(own.address) && isOfThisMachine(address));
  }
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function isOfThisMachine(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return plain.startsWith('127.') || all.some((own) => own.address === plain);
}
