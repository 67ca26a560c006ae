/**
 * Ends loops between servers. If a datagram is forged to come from another server's port, the two
 * answer each other's answers. In such a loop each server soon gives the same answers again and
 * again, since what it receives is an echo, an error, or the answer to one. Runs on the main
 * thread.
 *
 * Clients repeat themselves, too. So an address and port may get many repeated answers, and a pause
 * forgives them. A loop does not survive the silence after that: no datagram of it is left.
 */
import { crc32 } from 'node:zlib';
import { ExpiringMap } from '../base/expiring-map.js';
import { monotonicMs } from '../base/clock.js';

/** The largest number of repeated answers to an address and port without a pause. */
const MOST_REPEATED = 1000;
/** The pause in milliseconds after which an answer does not count as repeated. */
const PAUSE_MS = 1000;
/** More than an address gets answers in a second, at the default rate. */
const ANSWERS = 16_384;
const PEERS = 10_000;

export class RepeatedAnswers {
  /** The checksums of the latest answers, each together with the one that it was sent to. */
  readonly #latest: ExpiringMap<true, number>;
  readonly #repeatedTo: ExpiringMap<number>;

  constructor(nowMs: () => number = monotonicMs) {
    this.#latest = new ExpiringMap({ max: ANSWERS, ttlMs: PAUSE_MS, nowMs });
    this.#repeatedTo = new ExpiringMap({ max: PEERS, ttlMs: PAUSE_MS, nowMs });
  }

  /** Notes an answer that is about to be sent. Returns whether it must not be sent. */
  isOneTooMany(peer: string, answer: Uint8Array): boolean {
    const checksum = crc32(answer, crc32(peer));
    const isRepeated = this.#latest.get(checksum) ?? false;
    if (isRepeated) {
      const repeated = this.#repeatedTo.get(peer) ?? 0;
      // Not noted: a second after the last answer that was sent, the peer is answered again.
      if (repeated >= MOST_REPEATED) return true;
      this.#repeatedTo.set(peer, repeated + 1);
    }
    this.#latest.set(checksum, true);
    return false;
  }
}
