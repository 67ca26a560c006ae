import { setTimeout as sleep } from 'node:timers/promises';

/** After how long a test that waits gives up. Only a failing test ever waits that long. */
export const PATIENCE_MS = 8000;

/**
 * Asks again and again until `probe` gives something other than undefined. For what nothing announces, such as a
 * line in a log file: where there is an event, wait for that.
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
