/** The generator's clock. */
// Imported: the global `performance` is a getter, which costs as much as the clock itself.
import { performance } from 'node:perf_hooks';

export const NS_PER_MS = 1e6;

/** Monotonic time in ns. A double is exact to well below 1 µs; a BigInt would create garbage. */
export function nowNs(): number {
  return performance.now() * NS_PER_MS;
}
