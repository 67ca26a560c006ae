/**
 * Which worker gets the next client: `--policy`. Main thread; loop-workers.ts asks once a client.
 *
 *     round-robin         one after the other; equal numbers as long as clients stay equally long
 *     least-connections   the one with the fewest clients; looks at all workers
 *     two-choices         the one with fewer clients of two that are drawn at random: almost as even
 *                         as a look at all (Mitzenmacher, 2001), at the cost of two
 */
import type { PolicyName } from '../../serving/host.js';

export const POLICY_NAMES = [
  'round-robin',
  'least-connections',
  'two-choices',
] as const satisfies readonly PolicyName[];

interface Worker {
  /** How many clients it has. */
  readonly load: number;
}

/** Chooses one of the workers; undefined if there is none. */
type Policy = <W extends Worker>(workers: readonly W[]) => W | undefined;

/** @param random a number from 0 to below 1 */
export function policyNamed(name: PolicyName, random = Math.random): Policy {
  switch (name) {
    case 'round-robin':
      return roundRobin();
    case 'least-connections':
      return (workers) => workers.reduce(lighter, workers[0]);
    case 'two-choices':
      return (workers) => {
        const first = Math.floor(random() * workers.length);
        // Another one than the first, if there is another.
        const second = first + 1 + Math.floor(random() * (workers.length - 1));
        const other = workers[second % workers.length];
        return other && lighter(workers[first], other);
      };
  }
}

function roundRobin(): Policy {
  let next = 0;
  return (workers) => workers[next++ % workers.length];
}

function lighter<W extends Worker>(one: W | undefined, other: W): W {
  return one && one.load <= other.load ? one : other;
}
