/** Milliseconds, with a fraction, on a clock that never jumps and is the same in every thread of the process. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** To the microsecond: more digits in a log would only be noise. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
