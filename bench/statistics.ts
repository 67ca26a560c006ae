/**
 * From rounds to the numbers that are shown: medians, spreads, ratios within a round, merged latencies.
 *
 * Pure functions over results.ts; table.ts and bars.ts show what they give.
 */
import { Histogram } from './histogram.js';
import { totalErrors } from './protocol.js';
import type { CaseResult, ContenderResult, RoundResult } from './results.js';

/** A median with the range it was drawn from. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What one contender reached in one case. Undefined: not known here. */
export interface Summary {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly latency: Histogram;
  readonly serverCpuShare: number | undefined;
  readonly rssBytes: number | undefined;
  readonly threads: number | undefined;
  readonly errors: number;
  /** The fewest of any round. */
  readonly clientsServed: number;
  readonly generatorCpuShare: number;
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const below = sorted[(sorted.length - 1) >> 1] ?? min;
  const above = sorted[sorted.length >> 1] ?? max;
  return { median: (below + above) / 2, min, max };
}

function medianOf(values: readonly number[]): number | undefined {
  return spreadOf(values)?.median;
}

export function requestsPerSecond(round: RoundResult): number {
  return round.requests / round.seconds;
}

/** Infinity if nothing was answered: who serves nobody is not quick. */
export function p99Ns({ latency }: RoundResult): number {
  return latency.count === 0 ? Infinity : Histogram.fromJSON(latency).percentile(99);
}

/**
 * How many times the requests per second of `other`, or what else is measured, the contender `name` reached, round
 * by round: only what was measured one right after the other is divided. Undefined if they share no round or the other
 * served nobody.
 */
export function ratioOf(
  { contenders }: CaseResult,
  name: string,
  other: string,
  measure = requestsPerSecond,
): Spread | undefined {
  const rounds = roundsOf(contenders, name);
  const others = roundsOf(contenders, other);
  const ratios = rounds.flatMap((round) => {
    const base = others.find((candidate) => candidate.round === round.round);
    return base === undefined || base.requests === 0 ? [] : [measure(round) / measure(base)];
  });
  return spreadOf(ratios);
}

function roundsOf(contenders: readonly ContenderResult[], name: string): readonly RoundResult[] {
  return contenders.find((contender) => contender.name === name)?.rounds ?? [];
}

/** Undefined without any round. Latencies of the rounds are merged; a percentile of percentiles has no meaning. */
export function summarise({ name, rounds }: ContenderResult): Summary | undefined {
  const rate = medianOf(rounds.map(requestsPerSecond));
  if (rate === undefined) return undefined;
  const latency = new Histogram();
  for (const round of rounds) latency.merge(round.latency);
  const known = (pick: (round: RoundResult) => number | undefined) =>
    medianOf(rounds.map(pick).filter((value) => value !== undefined));
  return {
    name,
    requestsPerSecond: rate,
    latency,
    serverCpuShare: known((round) => round.serverCpuShare),
    rssBytes: known((round) => round.server?.rssBytes),
    threads: known((round) => round.server?.threads),
    errors: rounds.reduce((total, round) => total + totalErrors(round.errors), 0),
    clientsServed: Math.min(...rounds.map((round) => round.clientsServed)),
    generatorCpuShare: known((round) => round.generatorCpuShare) ?? 0,
  };
}

/**
 * Little's law: in a closed loop, rate times mean latency is the number of clients that are being served. The
 * mean of that over the rounds; what is far off says that time was spent that no latency shows.
 */
export function clientsByLittle({ rounds }: ContenderResult): number | undefined {
  if (rounds.length === 0) return undefined;
  const busy = rounds.map((round) => round.latency.sumNs / 1e9 / round.seconds);
  return busy.reduce((total, value) => total + value, 0) / busy.length;
}
