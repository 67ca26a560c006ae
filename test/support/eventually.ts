import { setTimeout as sleep } from 'node:timers/promises';

/** After how many milliseconds a waiting test fails. Only a failing test waits so long. */
export const PATIENCE_MS = 20_000;

/**
 * Bounds of the pause between two probes, in milliseconds. A pause grows with the time waited, so
 * that a long wait does not take the processor from what it waits for.
 */
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 40;
const PAUSE_SHARE = 0.1;

/**
 * Calls `probe` repeatedly until it returns something other than undefined. For what has no event,
 * such as a line in a log file; where there is an event, wait for that.
 */
export async function eventually<T>(what: string, probe: () => T | undefined): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    const waitedMs = performance.now() - startMs;
    if (waitedMs > PATIENCE_MS) throw new Error(`in vain waited for ${what}`);
    await sleep(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE)));
  }
}
