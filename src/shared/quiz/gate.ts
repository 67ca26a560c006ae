/**
 * Where passwords are made and checked: slowly for whoever fails repeatedly, a few at a time, and saying as little
 * about an account that does not exist as about a wrong password. Main thread.
 */
import { Backoff } from './backoff.js';
import { FairQueue } from './fair-queue.js';
import { hashPassword, isPassword } from './passwords.js';

/** libuv's pool has four threads, and two are left to everybody else. A hash takes 120 ms: the last one waits 4 s. */
const QUEUE = { atOnce: 2, waiting: 64, waitingOfAddress: 32 };

const MINUTE_MS = 60_000;
const TABLE = { forgetMs: 15 * MINUTE_MS, entries: 10_000 };
/** Whoever guesses one name's password; its owner waits as long, and no longer. */
const OF_NAME = { ...TABLE, free: 2, firstMs: 250, maxMs: 4000 };
/** Whoever tries many names. A whole class may stand behind one address, so this is more patient. */
const OF_ADDRESS = { ...TABLE, free: 20, firstMs: 100, maxMs: 1000 };

interface GateSettings {
  /** By default what it is called after; tests have no time for it. */
  readonly isPassword?: typeof isPassword;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

type Verdict = 'right' | 'wrong' | 'busy';

export class Gate {
  readonly #queue = new FairQueue(QUEUE);
  /** How many attempts at each name's password are being made: guessing on many connections at once saves no time. */
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

  /** @returns undefined when too many others are waiting */
  hash(password: string, address: string): Promise<string | undefined> {
    return this.#queue.run(address, () => hashPassword(password));
  }

  /**
   * The wait comes before the check, or an answer that is late would give itself away as a failure; and it is the
   * same whether there is such an account.
   * @param stored asked for after the wait
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
