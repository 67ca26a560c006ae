/**
 * How evenly clients were served: Jain's index. R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness and
 * Discrimination for Resource Allocation in Shared Computer Systems, DEC Research Report TR-301, 1984.
 *
 * Pure; the generator's jobs put it into their results.
 */

/**
 * (Σx)² / (n · Σx²) of what each of n clients got, which must not be negative: 1 if all got the same, k/n if k of them
 * shared all of it evenly and the others got nothing, so at least 1/n. 0, which it never is otherwise, if nobody got
 * anything or there is nobody: then there is nothing to judge.
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
