/**
 * Jain's index: how evenly clients were served.
 *
 * R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness and Discrimination for Resource
 * Allocation in Shared Computer Systems, DEC Research Report TR-301, 1984.
 * Pure; the load process puts the index into its results.
 */

/**
 * Computes (Σx)² / (n · Σx²) for n clients; no value may be negative.
 *
 * The result is 1 if all clients got the same, and k/n if k clients got everything in equal parts.
 * It is 0 if there are no clients or no client got anything: then fairness is undefined.
 */
export function jainIndex(values: ArrayLike<number>): number {
  let sum = 0;
  let sumOfSquares = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? 0;
    sum += value;
    sumOfSquares += value * value;
  }
  return sumOfSquares === 0 ? 0 : (sum * sum) / (values.length * sumOfSquares);
}
