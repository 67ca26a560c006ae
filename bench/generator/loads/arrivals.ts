/**
 * When the requests of an open loop are due: evenly, or as a Poisson process, in which each gap is
 * drawn from an exponential distribution. Independent clients arrive like that; a server that is fast
 * at an even rate queues at the same rate when arrivals cluster. In the load process; schedule.ts
 * gives the requests to connections.
 */
import type { OpenLoopJob } from '../protocol/jobs.js';

/** Requests from 0 to `count` − 1, in the order of their times. */
export interface Arrivals {
  readonly count: number;
  /** When a request is due, in ns since the start. */
  dueNs(request: number): number;
}

/** One request after each interval, the first at once. */
export function evenArrivals(requestsPerSecond: number, durationNs: number): Arrivals {
  const intervalNs = 1e9 / requestsPerSecond;
  return {
    count: Math.round((requestsPerSecond * durationNs) / 1e9),
    dueNs: (request) => request * intervalNs,
  };
}

/** 8 bytes each: this many take 160 MB of the load process. */
const MOST_ARRIVALS = 20_000_000;

/**
 * A Poisson process: the number of requests is random, too.
 * @param random numbers from 0 to below 1, independent and uniform
 * @throws Error for more than 20 million requests, whose times would take too much memory
 */
export function poissonArrivals(
  requestsPerSecond: number,
  durationNs: number,
  random: () => number,
): Arrivals {
  const meanNs = 1e9 / requestsPerSecond;
  const expected = durationNs / meanNs;
  if (expected > MOST_ARRIVALS)
    throw new Error(`Poisson arrivals are limited to ${MOST_ARRIVALS} requests, not ${expected}`);
  const times: number[] = [];
  for (let ns = gap(meanNs, random); ns < durationNs; ns += gap(meanNs, random)) times.push(ns);
  const dueNs = Float64Array.from(times);
  return { count: dueNs.length, dueNs: (request) => dueNs[request] ?? Infinity };
}

/** By inversion: 1 − random() is above 0, so its logarithm is finite. */
function gap(meanNs: number, random: () => number): number {
  return -Math.log(1 - random()) * meanNs;
}

/** Makes the arrivals of the phases of a job, which continue one sequence of random numbers. */
export function arrivalsOf({
  requestsPerSecond,
  arrivals = 'even',
  seed = 1,
}: Pick<OpenLoopJob, 'requestsPerSecond' | 'arrivals' | 'seed'>): (durationNs: number) => Arrivals {
  if (arrivals === 'even') return (durationNs) => evenArrivals(requestsPerSecond, durationNs);
  const random = randomNumbers(seed);
  return (durationNs) => poissonArrivals(requestsPerSecond, durationNs, random);
}

/**
 * Random numbers from 0 to below 1 that are the same for the same seed: mulberry32 of T. Ettinger,
 * with a period of 2^32.
 * @param seed a whole number; its lowest 32 bits count
 */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
