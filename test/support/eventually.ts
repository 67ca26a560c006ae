import { setTimeout as sleep } from 'node:timers/promises';

/** After how many milliseconds a waiting test fails. Only a failing test waits so long. */
export const PATIENCE_MS = 8000;

/**
 * Calls `probe` repeatedly until it returns something other than undefined. For what has no event,
 * such as a line in a log file; where there is an event, wait for that.
 */
export async function eventually<T>(what: string, probe: () => T | undefined): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = probe();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`in vain waited for ${what}`);
    await sleep(2);
  }
}
