/**
 * Milliseconds, with a fraction, on a clock that never jumps. All threads of the process share it.
 */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Rounds milliseconds to microseconds: more digits in a log would only be noise. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** The local time as `HH:MM:SS`. */
export function timeOfDay(date = new Date()): string {
  return date.toTimeString().slice(0, 8);
}
