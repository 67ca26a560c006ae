/** The time of day in microseconds, for the services that send it; Date has only milliseconds. */

export interface Instant {
  readonly date: Date;
  /** Microseconds since 1970-01-01 UTC. */
  readonly epochUs: number;
}

export function now(): Instant {
  const epochMs = performance.timeOrigin + performance.now();
  return { date: new Date(epochMs), epochUs: Math.floor(epochMs * 1000) };
}

/** The microseconds within an instant's second, as six digits. */
export function microsecondsOf(instant: Instant): string {
  return String(instant.epochUs % 1_000_000).padStart(6, '0');
}
