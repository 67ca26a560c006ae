/**
 * Guards the quiz's entrance: hashes and checks passwords, a few at a time, and slows down guessers
 * of passwords and clients that make up names. An unknown account is indistinguishable from a wrong
 * password. Runs on the main thread. Read hashing-queue.ts next.
 *
 * The owner of an account is told from a guesser by the address: the owner's has had a right
 * password, a guesser's has failures.
 */
import { ExpiringMap } from '../../base/expiring-map.js';
import { Pace } from '../../base/pace.js';
import { networkOf } from '../../connection/endpoint.js';
import { Backoff } from './backoff.js';
import { HashingQueue, type Attempt } from './hashing-queue.js';
import { hashPassword, isPassword } from './passwords.js';

/**
 * libuv's pool has four threads; two stay free for other work. A hash takes 120 ms. The queue is
 * bounded for memory's sake only: a better rank displaces a worse one.
 */
const QUEUE = { atOnce: 2, waiting: 256, waitingOfAddress: 32, maxWaitMs: 10_000 };
/** So many attempts of one address may wait for a name that has failures. */
const MOST_GUESSES = 4;
/** A refusal for lack of room is answered so late: its client shall not try again at once. */
const BUSY_MS = 1000;

const MINUTE_MS = 60_000;
const TABLE = { forgetMs: 15 * MINUTE_MS, entries: 10_000 };
/** Delays one address's guesses at one name. */
const OF_PAIR = { ...TABLE, free: 2, firstMs: 250, maxMs: 4000 };
/** Delays all guesses at one name, its owner's too: it is the owner's longest delay. */
const OF_NAME = { ...TABLE, free: 2, firstMs: 250, maxMs: 1000 };
/** Delays attempts with many names. A whole class may share an address, so this is more patient. */
const OF_ADDRESS = { ...TABLE, free: 20, firstMs: 100, maxMs: 1000 };
/** New names of one address, registered and guests: a lecture hall at once, then one a second. */
export const NEW_NAMES = { burst: 200, everyMs: 1000, entries: 10_000 };
/** An address is trusted so long after its last right password. */
const TRUSTED = { max: 10_000, ttlMs: 24 * 60 * MINUTE_MS };
const REFUSED = { max: 10_000, ttlMs: TABLE.forgetMs };

interface GateSettings {
  /** Replaced by tests, for which the real function is too slow. */
  readonly isPassword?: typeof isPassword;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

type Verdict = 'right' | 'wrong' | 'busy';

export class Gate {
  readonly #queue: HashingQueue;
  readonly #ofPair: Backoff;
  readonly #ofName: Backoff;
  readonly #ofAddress: Backoff;
  readonly #newNames: Pace;
  readonly #trusted: ExpiringMap<true>;
  /** Addresses whose last attempt found no turn: they count as known, so that floods end. */
  readonly #refused: ExpiringMap<true>;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #isPassword: typeof isPassword;

  constructor({ nowMs, sleep, isPassword: compare = isPassword }: GateSettings) {
    this.#isPassword = compare;
    this.#sleep = sleep;
    this.#ofPair = new Backoff(OF_PAIR, nowMs);
    this.#ofName = new Backoff(OF_NAME, nowMs);
    this.#ofAddress = new Backoff(OF_ADDRESS, nowMs);
    this.#newNames = new Pace({ ...NEW_NAMES, nowMs });
    this.#trusted = new ExpiringMap({ ...TRUSTED, nowMs });
    this.#refused = new ExpiringMap({ ...REFUSED, nowMs });
    const rules = {
      rankOf: (attempt: Attempt) => this.#rankOf(attempt),
      readyAtMs: (attempt: Attempt) => this.#readyAtMs(attempt),
      isSerial: (name: string) => this.#ofName.failuresOf(name) > 0,
      mostAlike: (attempt: Attempt) =>
        this.#ofPair.failuresOf(pairOf(attempt)) > 0 ? MOST_GUESSES : Infinity,
    };
    this.#queue = new HashingQueue(QUEUE, rules, { nowMs, sleep });
  }

  /**
   * Waits until the address may use a new name, as a guest or by registering. Names that turn out
   * to be taken cost as much, so that finding names is slow.
   * @returns false, after a while, when too many of that address are waiting
   */
  async admitName(address: string): Promise<boolean> {
    const waitMs = this.#newNames.reserve(networkOf(address), QUEUE.maxWaitMs);
    await this.#pause(waitMs ?? BUSY_MS);
    return waitMs !== undefined;
  }

  /**
   * Hashes a new password.
   * @returns undefined when too many others are waiting
   */
  async hash(password: string, address: string): Promise<string | undefined> {
    const attempt = { address: networkOf(address) };
    const hash = await this.#queue.run(attempt, () => hashPassword(password));
    if (hash === undefined) await this.#refuse(attempt);
    else this.#trusted.set(attempt.address, true);
    return hash;
  }

  /**
   * Checks a password. Delays come before the check, so a late answer does not reveal a failure.
   * They are the same for an account that does not exist.
   * @param stored called after the delay; returns the account's hash
   */
  async check(
    key: string,
    password: string,
    address: string,
    stored: () => string | undefined,
  ): Promise<Verdict> {
    const attempt = { address: networkOf(address), name: key };
    const isRight = await this.#queue.run(attempt, async () => {
      const matches = await this.#isPassword(password, stored());
      if (matches) this.#noteRight(attempt);
      else this.#noteWrong(attempt);
      return matches;
    });
    if (isRight === undefined) {
      await this.#refuse(attempt);
      return 'busy';
    }
    return isRight ? 'right' : 'wrong';
  }

  #noteRight(attempt: Required<Attempt>): void {
    this.#ofName.reset(attempt.name);
    this.#ofPair.reset(pairOf(attempt));
    this.#trusted.set(attempt.address, true);
  }

  #noteWrong(attempt: Required<Attempt>): void {
    this.#ofName.recordFailure(attempt.name);
    this.#ofPair.recordFailure(pairOf(attempt));
    this.#ofAddress.recordFailure(attempt.address);
  }

  async #refuse({ address }: Attempt): Promise<void> {
    this.#refused.set(address, true);
    await this.#pause(BUSY_MS);
  }

  /** A new password goes behind logins from trusted addresses: it may come from a flood. */
  #rankOf({ address, name }: Attempt): number {
    const isTrusted = this.#trusted.get(address) ?? false;
    if (isTrusted && !this.#ofAddress.isDelayed(address)) return name === undefined ? 1 : 0;
    const isKnown = this.#ofAddress.failuresOf(address) > 0 || this.#refused.get(address);
    return isKnown ? 2 : 1;
  }

  #readyAtMs(attempt: Attempt): number {
    const { address, name } = attempt;
    const ofAddressMs = this.#ofAddress.readyAtMs(address);
    if (name === undefined) return ofAddressMs;
    return Math.max(
      ofAddressMs,
      this.#ofName.readyAtMs(name),
      this.#ofPair.readyAtMs(pairOf(attempt)),
    );
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await this.#sleep(ms);
  }
}

/** Neither an address nor the key of a name contains a space. */
function pairOf({ address, name = '' }: Attempt): string {
  return `${address} ${name}`;
}
