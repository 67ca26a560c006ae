/** The time of day in microseconds, for the services that send it; Date has only milliseconds. */

export interface Instant {
  readonly date: Date;
  /** Microseconds since 1970-01-01 UTC. */
  readonly epochUs: number;
}

/** Returns the present time of day. It follows the wall clock also when that is set. */
export const now: () => Instant = wallClock(
  () => Date.now(),
  () => performance.timeOrigin + performance.now(),
);

/**
 * A clock of the time of day in microseconds. Its milliseconds are those of the wall clock; the
 * monotonic clock adds what lies between two of them.
 * @param wallMs whole milliseconds since 1970; it may be set to any time
 * @param monotonicMs milliseconds with a fraction, since any time
 */
export function wallClock(wallMs: () => number, monotonicMs: () => number): () => Instant {
  let aheadMs = 0;
  return () => {
    const ms = wallMs();
    const steadyMs = monotonicMs();
    const guessMs = steadyMs + aheadMs;
    // The true time is less than a millisecond after `ms`. A guess beyond that is moved there.
    const epochMs = Math.min(Math.max(guessMs, ms), ms + LAST_MICROSECOND_MS);
    if (epochMs !== guessMs) aheadMs = epochMs - steadyMs;
    return { date: new Date(ms), epochUs: Math.floor(epochMs * 1000) };
  };
}

/** The last microsecond of a millisecond, at its middle: sums of doubles are not exact. */
const LAST_MICROSECOND_MS = 0.9995;

/** The microseconds within an instant's second, as six digits. */
export function microsecondsOf(instant: Instant): string {
  return String(instant.epochUs % 1_000_000).padStart(6, '0');
}
