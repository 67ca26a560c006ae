/**
 * The times in which an event loop did not turn, main's or a worker's, from the log's `loop blocked` lines. Read
 * parts.ts next, which finds in them when a client computed and when it waited for the loop.
 */
import { toMicroseconds } from '../base/clock.js';
import type { Run } from './run.js';

/** Milliseconds from the timeline's origin. Blocks of a loop do not overlap. */
export interface Block {
  readonly fromMs: number;
  readonly toMs: number;
  /** The connection whose handler held the loop longest; undefined: no handler held it. */
  readonly holder: number | undefined;
  /**
   * Since when the holder held it. The log does not say when in the block that was: it is shown at
   * its end.
   */
  readonly heldFromMs: number;
}

/** The blocks of each loop that was held, by its thread in the log; 0: main. */
export function blocksByThread(
  facts: Run['blocks'],
  originMs: number,
  lengthMs: number,
): Map<number, readonly Block[]> {
  const threads = new Set(facts.map(({ thread }) => thread));
  return new Map(
    [...threads].map((thread) => [
      thread,
      blocksOf(
        facts.filter((one) => one.thread === thread),
        originMs,
        lengthMs,
      ),
    ]),
  );
}

/** Returns the blocks of one loop between the origin and the end of the timeline, in the order of time. */
function blocksOf(facts: Run['blocks'], originMs: number, lengthMs: number): Block[] {
  let endMs = 0;
  return [...facts]
    .sort((a, b) => a.untilMs - b.untilMs)
    .flatMap(({ untilMs, blockedMs, connection, heldMs }) => {
      // The log truncates times to milliseconds: a block may seem to begin before the last one ends.
      const fromMs = Math.max(endMs, toMicroseconds(untilMs - originMs - blockedMs));
      const toMs = Math.min(lengthMs, untilMs - originMs);
      if (toMs <= fromMs) return [];
      endMs = toMs;
      const heldFromMs = toMicroseconds(Math.max(fromMs, untilMs - originMs - heldMs));
      return [{ fromMs, toMs, holder: connection, heldFromMs: Math.min(heldFromMs, toMs) }];
    });
}
