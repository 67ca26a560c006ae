/** The generator's clock. */

export const NS_PER_MS = 1e6;

/** Monotonic, in nanoseconds, as a double: exact to well below a microsecond, and without BigInt's garbage. */
export function nowNs(): number {
  return performance.now() * NS_PER_MS;
}
