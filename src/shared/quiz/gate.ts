/**
 * Hashes and checks passwords, a few at a time. Repeated failures delay the next attempt. An
 * unknown account is indistinguishable from a wrong password. Runs on the main thread.
 */
import { Backoff } from './backoff.js';
import { FairQueue } from './fair-queue.js';
import { hashPassword, isPassword } from './passwords.js';

/**
 * libuv's pool has four threads; two stay free for other work. A hash takes 120 ms: the last job
 * waits 4 s.
 */
const QUEUE = { atOnce: 2, waiting: 64, waitingOfAddress: 32 };

const MINUTE_MS = 60_000;
const TABLE = { forgetMs: 15 * MINUTE_MS, entries: 10_000 };
/**
 * Delays attempts to guess one name's password. The owner of the name waits as long, and no longer.
 */
const OF_NAME = { ...TABLE, free: 2, firstMs: 250, maxMs: 4000 };
/** Delays attempts with many names. A whole class may share an address, so this is more patient. */
const OF_ADDRESS = { ...TABLE, free: 20, firstMs: 100, maxMs: 1000 };

interface GateSettings {
  /** Replaced by tests, for which the real function is too slow. */
  readonly isPassword?: typeof isPassword;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

type Verdict = 'right' | 'wrong' | 'busy';

export class Gate {
  readonly #queue = new FairQueue(QUEUE);
  /**
   * For each name, the number of checks under way: guesses on many connections at once save no
   * time.
   */
  readonly #underWay = new Map<string, number>();
  readonly #nameBackoff: Backoff;
  readonly #addressBackoff: Backoff;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #isPassword: typeof isPassword;

  constructor({ nowMs, sleep, isPassword: compare = isPassword }: GateSettings) {
    this.#isPassword = compare;
    this.#nameBackoff = new Backoff(OF_NAME, nowMs);
    this.#addressBackoff = new Backoff(OF_ADDRESS, nowMs);
    this.#sleep = sleep;
  }

  /**
   * Hashes a new password.
   * @returns undefined when too many others are waiting
   */
  hash(password: string, address: string): Promise<string | undefined> {
    return this.#queue.run(address, () => hashPassword(password));
  }

  /**
   * Checks a password. The delay comes before the check, so a late answer does not reveal a
   * failure. It is the same for an account that does not exist.
   * @param stored called after the delay; returns the account's hash
   */
  async check(
    key: string,
    password: string,
    address: string,
    stored: () => string | undefined,
  ): Promise<Verdict> {
    const underWay = this.#underWay.get(key) ?? 0;
    this.#underWay.set(key, underWay + 1);
    try {
      const delayMs = Math.max(
        this.#nameBackoff.delayMs(key, underWay),
        this.#addressBackoff.delayMs(address),
      );
      if (delayMs > 0) await this.#sleep(delayMs);
      const isRight = await this.#queue.run(address, () => this.#isPassword(password, stored()));
      if (isRight === undefined) return 'busy';
      if (isRight) {
        this.#nameBackoff.reset(key);
        return 'right';
      }
      this.#nameBackoff.recordFailure(key);
      this.#addressBackoff.recordFailure(address);
      return 'wrong';
    } finally {
      const left = (this.#underWay.get(key) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(key);
      else this.#underWay.set(key, left);
    }
  }
}
