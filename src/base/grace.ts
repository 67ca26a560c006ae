/** How a stop waits for work in progress: for a bounded time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves as soon as `done` does, and after `graceMs` milliseconds at the latest. */
export async function withinGrace(done: Promise<void>, graceMs: number): Promise<void> {
  const timer = new AbortController();
  const elapsed = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([done, elapsed]);
  timer.abort();
}
