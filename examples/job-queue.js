/**
 * A job queue: `PRIMES n` counts the primes below n. At most two jobs compute at a time, the others
 * wait for their turn. On threads, two jobs use two cores; on the event loop, one holds up everyone.
 *
 *     handoff serve examples/job-queue.js
 *     printf 'PRIMES 1000000\n' | handoff connect --port 9000
 */
// @ts-check
import { forEachMessage, reply } from 'handoff';

const AT_ONCE = 2;
const MOST = 5_000_000;

/** @typedef {import('handoff').Session & { begin(): Promise<void>, end(): import('handoff').MaybePromise<void> }} Turns */

/** @type {import('handoff').Service<Turns>} */
export const service = {
  share() {
    /** @type {Map<import('handoff').Member, () => void>} In order; the first ones have their turn. */
    const jobs = new Map();
    const start = () => [...jobs.values()].slice(0, AT_ONCE).forEach((begin) => begin());
    return {
      enter(member) {
        const end = () => {
          jobs.delete(member);
          start();
        };
        return {
          begin: () =>
            new Promise((resolve) => {
              jobs.set(member, () => resolve(undefined));
              start();
            }),
          end,
          leave: end,
        };
      },
    };
  },
  serve: (connection, { options, shared }) =>
    forEachMessage(connection, options.framing, async (line) => {
      const n = Number(/^PRIMES (\d{1,7})$/.exec(line)?.[1] ?? NaN);
      if (!(n <= MOST)) return reply(connection, `ERR expected: PRIMES n, at most ${MOST}\n`);
      await shared.begin();
      const count = primesBelow(n);
      await shared.end();
      return reply(connection, `${count}\n`);
    }),
};

/** @param {number} n */
function primesBelow(n) {
  const composite = new Uint8Array(n);
  for (let i = 2; i * i < n; i++) {
    if (!composite[i]) for (let j = i * i; j < n; j += i) composite[j] = 1;
  }
  return Math.max(0, n - 2) - composite.reduce((count, bit) => count + bit, 0);
}
