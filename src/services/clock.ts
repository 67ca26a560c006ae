/** The time of day in microseconds: Date has milliseconds only. Used by the services that tell the time. */

export interface Instant {
  readonly date: Date;
  /** Microseconds since 1970. */
  readonly epochUs: number;
}

export function now(): Instant {
  const epochMs = performance.timeOrigin + performance.now();
  return { date: new Date(epochMs), epochUs: Math.floor(epochMs * 1000) };
}

/** The six digits of an instant after its full second. */
export function microsecondsOf(instant: Instant): string {
  return String(instant.epochUs % 1_000_000).padStart(6, '0');
}
