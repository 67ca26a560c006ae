/**
 * Whose handler holds main's event loop, and for how long. Main thread; server/server.ts makes one,
 * stream.ts and the models tell it which connection's handler runs.
 *
 *     event of A ─► enter(A) ─ handler ─┬─► event of B ─► enter(B) ─ handler ─┬─► end of the turn
 *                                       └ a slice of A                        └ a slice of B
 *
 * A slice lasts until the next connection's event or the end of the loop's turn, so it includes
 * whatever the handler does after an `await` that did not wait. A handler that a timer or a file
 * resumes has no event of its own: its slice is found when it next uses its connection, and began
 * when the loop last stopped polling.
 *
 * The cost is one reading of the clock an event. Read loop-account.ts next.
 */
import { monotonicMs } from '../base/clock.js';
import { TurnQueue } from './turn-queue.js';

/** A connection whose handler can hold the loop: loop-account.ts. */
interface LoopHolder {
  readonly connection: number;
  /** For how long it has held the loop, and until when. Written at the end of each slice. */
  computedMs: number;
  heldUntilMs: number;
}

/** A time in which the loop did not turn. */
export interface LoopBlock {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whose handler held the loop longest; undefined if none did, as when the process was stopped. */
  readonly connection: number | undefined;
  /** For how long it did, without a pause. */
  readonly heldMs: number;
}

/**
 * After so many milliseconds of a turn, a client that has sent more than one message waits for
 * another turn.
 */
const SLICE_MS = 5;

export class MainLoop {
  readonly #lagMs: number;
  readonly #onBlocked: (block: LoopBlock) => void;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #queue = new TurnQueue();
  #holder: LoopHolder | undefined;
  #heldSinceMs = 0;
  /** When the last slice ended, of a handler or of something else. */
  #freeSinceMs = 0;
  /** When the present turn began, as far as connections know; 0 between turns. */
  #turnSinceMs = 0;
  #longest: LoopHolder | undefined;
  #longestMs = 0;
  /** The loop's busy time when the last turn ended. */
  #busyAtEndMs = busyMs(monotonicMs());
  #nextBeatMs: number;
  #lastBlock: LoopBlock | undefined;
  #blockCount = 0;
  #mostLagMs = 0;

  /**
   * @param lagMs the longest turn that is not reported
   * @param onBlocked called at the end of each longer one
   */
  constructor(lagMs: number, onBlocked: (block: LoopBlock) => void) {
    this.#lagMs = lagMs;
    this.#onBlocked = onBlocked;
    // Sees what no connection's event does: a process that was stopped, a collection of garbage.
    const everyMs = Math.max(1, Math.floor(lagMs / 2));
    this.#nextBeatMs = monotonicMs() + everyMs;
    this.#heartbeat = setInterval(() => this.#beat(everyMs), everyMs).unref();
  }

  /** How many blocks there were. An account that remembers another number may have waited. */
  get blockCount(): number {
    return this.#blockCount;
  }

  get lastBlock(): LoopBlock | undefined {
    return this.#lastBlock;
  }

  /** Since when the present turn lasts. */
  get turnSinceMs(): number {
    return this.#turnSinceMs;
  }

  get lagMs(): number {
    return this.#lagMs;
  }

  /** The longest time without a turn since this was last asked. */
  takeMostLagMs(): number {
    const mostMs = this.#mostLagMs;
    this.#mostLagMs = 0;
    return mostMs;
  }

  /** From now on the account's handler runs, because of an event of its connection. */
  enter(account: LoopHolder): number {
    const nowMs = monotonicMs();
    this.#pass(account, nowMs, nowMs);
    return nowMs;
  }

  /** The account's handler uses its connection: it ran before, whatever resumed it. */
  touch(account: LoopHolder): void {
    if (this.#holder === account) return;
    const nowMs = monotonicMs();
    const resumedMs = nowMs - Math.max(0, busyMs(nowMs) - this.#busyAtEndMs);
    this.#pass(account, this.#holder ? nowMs : Math.max(resumedMs, this.#freeSinceMs), nowMs);
  }

  /**
   * Main does something that is no handler's, such as accepting.
   * @param nowMs by the monotonic clock
   */
  enterOther(nowMs: number): void {
    if (this.#holder) this.#endSlice(nowMs);
    this.#freeSinceMs = nowMs;
    this.#beginTurn(nowMs);
  }

  /** Whether the slice is used up: of this turn, or of the client that the queue let go on in it. */
  isSliceOver(nowMs: number): boolean {
    return nowMs - Math.max(this.#turnSinceMs, this.#queue.resumedMs) > SLICE_MS;
  }

  /**
   * A client has more to do.
   * @returns undefined if it may go on at once
   */
  yieldTurn(): Promise<undefined> | undefined {
    return this.isSliceOver(monotonicMs()) ? this.#queue.wait() : undefined;
  }

  /** The account gets no more time. */
  leave(account: LoopHolder): void {
    if (this.#holder === account) this.#endSlice(monotonicMs());
  }

  close(): void {
    clearInterval(this.#heartbeat);
  }

  #pass(account: LoopHolder, sinceMs: number, nowMs: number): void {
    if (this.#holder) this.#endSlice(nowMs);
    this.#beginTurn(sinceMs);
    this.#holder = account;
    this.#heldSinceMs = sinceMs;
  }

  #beginTurn(sinceMs: number): void {
    if (this.#turnSinceMs !== 0) return;
    this.#turnSinceMs = sinceMs;
    // Runs after all events of this turn.
    setImmediate(() => this.#endTurn());
  }

  #endSlice(nowMs: number): void {
    const heldMs = nowMs - this.#heldSinceMs;
    if (this.#holder) {
      this.#holder.computedMs += heldMs;
      this.#holder.heldUntilMs = nowMs;
    }
    if (heldMs > this.#longestMs) {
      this.#longestMs = heldMs;
      this.#longest = this.#holder;
    }
    this.#holder = undefined;
    this.#freeSinceMs = nowMs;
  }

  #endTurn(): void {
    const nowMs = monotonicMs();
    if (this.#holder) this.#endSlice(nowMs);
    if (nowMs - this.#turnSinceMs > this.#lagMs) this.#noteBlock(this.#turnSinceMs, nowMs);
    this.#busyAtEndMs = busyMs(nowMs);
    this.#turnSinceMs = this.#longestMs = 0;
    this.#longest = undefined;
  }

  #noteBlock(fromMs: number, untilMs: number): void {
    this.#blockCount++;
    const heldMs = this.#longestMs;
    this.#lastBlock = { fromMs, untilMs, connection: this.#longest?.connection, heldMs };
    this.#mostLagMs = Math.max(this.#mostLagMs, untilMs - fromMs);
    this.#onBlocked(this.#lastBlock);
  }

  #beat(everyMs: number): void {
    const nowMs = monotonicMs();
    const dueMs = this.#nextBeatMs;
    this.#nextBeatMs = nowMs + everyMs;
    const known = this.#lastBlock && this.#lastBlock.untilMs >= dueMs ? this.#lastBlock : undefined;
    // A known block is in the lag already: a snapshot in between must not show it twice.
    const untilMs = known?.fromMs ?? nowMs;
    this.#mostLagMs = Math.max(this.#mostLagMs, untilMs - dueMs);
    // A turn with events reports itself when it ends.
    if (this.#turnSinceMs > 0) return;
    if (untilMs - dueMs > this.#lagMs) this.#noteBlock(dueMs, untilMs);
    // What main has done since the last turn with events was no handler's.
    this.#busyAtEndMs = busyMs(nowMs);
  }
}

/** A clock that stands while the loop polls. */
function busyMs(nowMs: number): number {
  return nowMs - performance.nodeTiming.idleTime;
}
