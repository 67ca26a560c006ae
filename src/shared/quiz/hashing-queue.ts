/**
 * Runs a bounded number of hashes at once, and decides which of the waiting attempts is next. Runs
 * on the main thread. Its rules come from gate.ts.
 *
 * An attempt that may begin goes before others if its rank is lower. Among equals, addresses take
 * turns. Those that had no turn yet are served newest first: the first of a flood wait for each
 * other, and not the owner of an account who comes later.
 */
import { ExpiringMap } from '../../base/expiring-map.js';

export interface Attempt {
  /** The network that the attempt comes from. */
  readonly address: string;
  /** The key of the name whose password is checked; undefined: a new password is hashed. */
  readonly name?: string;
}

interface Rules {
  /** Lower goes first. */
  rankOf(attempt: Attempt): number;
  /** When the attempt may begin, if it waits alone. */
  readyAtMs(attempt: Attempt): number;
  /** Whether the attempts with one name run one after the other. */
  isSerial(name: string): boolean;
  /** The largest number of waiting attempts of the same address and name. */
  mostAlike(attempt: Attempt): number;
}

interface Limits {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitingOfAddress: number;
  /** An attempt that waits longer, in milliseconds, is refused. */
  readonly maxWaitMs: number;
}

interface Clock {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

interface Waiting extends Attempt {
  readonly sinceMs: number;
  /** @param mayRun false: the attempt is refused */
  readonly settle: (mayRun: boolean) => void;
}

/** For how many addresses, and how long, the queue remembers their turns. */
const TURNS = { max: 10_000, ttlMs: 15 * 60_000 };

export class HashingQueue {
  readonly #limits: Limits;
  readonly #rules: Rules;
  readonly #clock: Clock;
  /** In the order of their arrival. */
  readonly #waiting = new Set<Waiting>();
  readonly #runningNames: string[] = [];
  readonly #lastTurns: ExpiringMap<number>;
  #turns = 0;
  #running = 0;
  #wakesAtMs = Infinity;

  constructor(limits: Limits, rules: Rules, clock: Clock) {
    this.#limits = limits;
    this.#rules = rules;
    this.#clock = clock;
    this.#lastTurns = new ExpiringMap({ ...TURNS, nowMs: clock.nowMs });
  }

  /**
   * Runs the job in its turn. The job itself notes its outcome, on which the rules depend.
   * @returns the job's result; undefined if the attempt was refused, and then the job did not run
   * @throws whatever the job throws
   */
  async run<T>(attempt: Attempt, job: () => Promise<T>): Promise<T | undefined> {
    if (this.#isFullFor(attempt)) return undefined;
    const { name } = attempt;
    const mayRun = await new Promise<boolean>((settle) => {
      this.#waiting.add({ ...attempt, sinceMs: this.#clock.nowMs(), settle });
      if (this.#waiting.size > this.#limits.waiting) this.#refuse(this.#last());
      this.#startReady();
    });
    if (!mayRun) return undefined;
    try {
      return await job();
    } finally {
      this.#running--;
      if (name !== undefined) this.#runningNames.splice(this.#runningNames.indexOf(name), 1);
      this.#startReady();
    }
  }

  #isFullFor(attempt: Attempt): boolean {
    let [ofAddress, alike] = [0, 0];
    for (const { address, name } of this.#waiting) {
      if (address !== attempt.address) continue;
      ofAddress++;
      if (name !== undefined && name === attempt.name) alike++;
    }
    return ofAddress >= this.#limits.waitingOfAddress || alike >= this.#rules.mostAlike(attempt);
  }

  #startReady(): void {
    while (this.#running < this.#limits.atOnce) {
      const next = this.#takeNext();
      if (next === undefined) return;
      this.#running++;
      if (next.name !== undefined) this.#runningNames.push(next.name);
      this.#lastTurns.set(next.address, ++this.#turns);
      next.settle(true);
    }
  }

  /** Takes the attempt that is next. If none may begin yet, wakes when the first may. */
  #takeNext(): Waiting | undefined {
    const nowMs = this.#clock.nowMs();
    let next: Waiting | undefined;
    let wakeAtMs = Infinity;
    for (const waiting of this.#waiting) {
      const overAtMs = waiting.sinceMs + this.#limits.maxWaitMs;
      const readyAtMs = this.#mayRunBesideOthers(waiting)
        ? this.#rules.readyAtMs(waiting)
        : Infinity;
      if (overAtMs <= nowMs) this.#refuse(waiting);
      else if (readyAtMs > nowMs) wakeAtMs = Math.min(wakeAtMs, readyAtMs, overAtMs);
      else if (next === undefined || this.#isBefore(waiting, next)) next = waiting;
    }
    if (next) this.#waiting.delete(next);
    else if (wakeAtMs < Infinity) this.#wakeAt(wakeAtMs, nowMs);
    return next;
  }

  #mayRunBesideOthers({ name }: Waiting): boolean {
    return name === undefined || !this.#runningNames.includes(name) || !this.#rules.isSerial(name);
  }

  /** Whether the attempt, which came later, goes before the other one. */
  #isBefore(later: Waiting, other: Waiting): boolean {
    const byRank = this.#rules.rankOf(later) - this.#rules.rankOf(other);
    if (byRank !== 0) return byRank < 0;
    if (later.address === other.address) return false;
    const [turn, others] = [later, other].map(({ address }) => this.#lastTurns.get(address) ?? 0);
    return turn === others || (turn ?? 0) < (others ?? 0);
  }

  /** The waiting attempt whose turn would be last. */
  #last(): Waiting | undefined {
    let last: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (last === undefined || !this.#isBefore(waiting, last)) last = waiting;
    }
    return last;
  }

  #refuse(waiting: Waiting | undefined): void {
    if (waiting && this.#waiting.delete(waiting)) waiting.settle(false);
  }

  #wakeAt(wakeAtMs: number, nowMs: number): void {
    if (this.#wakesAtMs <= wakeAtMs) return;
    this.#wakesAtMs = wakeAtMs;
    // Never early: a timer may fire up to a millisecond before its time.
    void this.#clock.sleep(Math.ceil(wakeAtMs - nowMs) + 1).then(() => {
      this.#wakesAtMs = Infinity;
      this.#startReady();
    });
  }
}
