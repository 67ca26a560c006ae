/** Waiting with a bound. Used on every thread. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves when the promise has settled, or after `limitMs` milliseconds. Keeps the process alive
 * meanwhile: without that, a process whose remaining work is all on other threads would end while
 * it waits. Never rejects.
 */
export async function settledWithin(promise: Promise<unknown>, limitMs: number): Promise<void> {
  const settled = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: settled.signal });
  await Promise.race([promise, limit]).catch(() => undefined);
  settled.abort();
  await limit.catch(() => undefined);
}
