/**
 * One connection's share of main's event loop: the time in which its handler held the loop, and the
 * time in which its bytes waited for the loop while another handler held it. Main thread;
 * main-loop.ts does the bookkeeping, stream.ts says when something happens on the connection.
 */
import type { MainLoop } from './main-loop.js';

export type Arrival = 'bytes' | 'end';

/** @returns how long ago the last bytes, or the end, of the client arrived, in ms; undefined if unknown */
type SinceReceived = (what: Arrival) => number | undefined;

export class LoopAccount {
  readonly connection: number;
  computedMs = 0;
  heldUntilMs = 0;
  #loopWaitMs = 0;
  readonly #loop: MainLoop;
  readonly #sinceReceived: SinceReceived;
  readonly #openedAtMs: number;
  /** The turn of the last input, by its beginning. */
  #turnSinceMs = -1;
  /** The blocks that this connection has been asked about. */
  #blockCount: number;

  constructor(loop: MainLoop, connection: number, sinceReceived: SinceReceived) {
    this.#loop = loop;
    this.connection = connection;
    this.#sinceReceived = sinceReceived;
    this.#blockCount = loop.blockCount;
    this.#openedAtMs = loop.enter(this);
  }

  get loopWaitMs(): number {
    return this.#loopWaitMs;
  }

  /**
   * Bytes of the client, or the end of its stream, are about to reach the handler.
   * @returns whether they must wait for another turn, since the client has used this one up
   */
  noteInput(what: Arrival): boolean {
    const loop = this.#loop;
    const nowMs = loop.enter(this);
    const isAgain = loop.turnSinceMs === this.#turnSinceMs;
    this.#turnSinceMs = loop.turnSinceMs;
    // The kernel is asked only where the client may have waited: it costs a system call.
    const isLate = nowMs - loop.turnSinceMs > loop.lagMs;
    if (isLate || loop.blockCount !== this.#blockCount) this.#noteWait(what, nowMs);
    return isAgain && loop.isSliceOver(nowMs);
  }

  /** Anything else has happened on the connection. */
  noteEvent(): void {
    this.#loop.enter(this);
  }

  /** The handler uses its connection. */
  touch(): void {
    this.#loop.touch(this);
  }

  /**
   * The handler has more input.
   * @returns undefined if it may go on at once
   */
  yieldTurn(): Promise<undefined> | undefined {
    return this.#loop.yieldTurn();
  }

  /** The connection has ended. */
  close(): void {
    this.#loop.leave(this);
  }

  #noteWait(what: Arrival, nowMs: number): void {
    const { lastBlock, turnSinceMs, blockCount } = this.#loop;
    const isNew = blockCount !== this.#blockCount;
    this.#blockCount = blockCount;
    const sinceMs = this.#sinceReceived(what);
    if (sinceMs === undefined) return;
    const arrivedMs = nowMs - sinceMs;
    // What arrived after the last block waited for no one, unless this turn is one itself.
    const inBlock = isNew && lastBlock && arrivedMs < lastBlock.untilMs;
    const blockedFromMs = inBlock ? lastBlock.fromMs : turnSinceMs;
    this.#loopWaitMs += Math.max(
      0,
      nowMs - Math.max(arrivedMs, blockedFromMs, this.#openedAtMs, this.heldUntilMs),
    );
  }
}
