/**
 * The measures that most experiments share: how to read a value from a round, how to show it, and
 * which direction is better. Percentiles are computed here, from histograms merged over the rounds.
 *
 * Pure functions; a scenario lists the measures that answer its question, and adds its own.
 */
import type { LatencyName, Measure, RoundResult, RoundValues, ValueName } from './experiment.js';
import { formatCount, formatMegabytes, formatNs, formatShare } from './numbers.js';
import { Histogram, type HistogramJson } from '../../src/base/histogram.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';

const ALL = 'all';

/** Makes a measure of one value of a round. */
export function valueOf(
  name: ValueName,
  about: Pick<Measure, 'label' | 'format' | 'better' | 'over'>,
): Measure {
  return { name, ...about, of: ({ values }) => values[name] };
}

export const requestsPerSecond = valueOf('requestsPerSecond', {
  label: 'requests/s',
  better: 'higher',
  format: formatCount,
});

/**
 * Makes a measure of a percentile of the latencies; over all rounds, of their merged histograms.
 * `all` includes the clients without an answer, see {@link withWaiting}.
 * @param percent above 0, at most 100
 * @param part the histogram, whose name becomes part of the measure's: `shortP99Ns`
 */
export function percentile(percent: number, part: LatencyName = ALL): Measure {
  const digits = `p${String(percent).replace('.', '')}Ns`;
  return {
    name: part === ALL ? digits : `${part}P${digits.slice(1)}`,
    label: part === ALL ? `p${percent}` : `${part} p${percent}`,
    better: 'lower',
    format: formatNs,
    ...latency(part, percent),
  };
}

export const p50 = percentile(50);
export const p99 = percentile(99);
const p999 = percentile(99.9);

export function longest(part: LatencyName = ALL): Measure {
  return {
    name: part === ALL ? 'maxNs' : `${part}MaxNs`,
    label: part === ALL ? 'max' : `${part} max`,
    format: formatNs,
    ...latency(part, 100),
  };
}

export const serverCpu = valueOf('serverCpuShare', { label: 'CPU', format: formatShare });
export const memory = valueOf('rssBytes', { label: 'MB', format: formatMegabytes });
export const threads = valueOf('threads', { label: 'threads', format: formatCount });

/** The sum over all rounds. */
export const errors: Measure = {
  name: 'errors',
  label: 'errors',
  format: formatCount,
  of: (round) => round.errors && totalErrors(round.errors),
  over: (rounds) =>
    rounds.reduce((total, round) => total + (round.errors ? totalErrors(round.errors) : 0), 0),
};

/** The fewest clients served in a round. */
export const served = valueOf('clientsServed', {
  label: 'served',
  format: formatCount,
  over: (rounds) => {
    const counts = rounds.flatMap(({ values }) => values.clientsServed ?? []);
    return counts.length === 0 ? undefined : Math.min(...counts);
  },
});

/** Jain's index of fairness: 1 if all clients are served alike, 1/n if one of n is served alone. */
const jain: Measure = {
  ...valueOf('jain', { label: 'fairness', format: (value) => value.toFixed(2) }),
  isUsual: (value) => value > 0.995,
};

/** The columns of a closed loop's table. */
export const CLOSED_LOOP = [
  requestsPerSecond,
  p50,
  p99,
  p999,
  longest(),
  serverCpu,
  memory,
  threads,
  errors,
  served,
  jain,
] as const;

function latency(part: LatencyName, percent: number): Pick<Measure, 'of' | 'over' | 'isAtLeast'> {
  return {
    of: (round) => percentileOf([round], part, percent),
    over: (rounds) => percentileOf(rounds, part, percent),
    ...(part === ALL ? { isAtLeast: (rounds) => isAtLeast(rounds, percent) } : {}),
  };
}

/**
 * Returns true if the percentile falls on a client without an answer, or on a request that an open
 * loop dropped: it is then a lower bound.
 */
function isAtLeast(rounds: readonly RoundResult[], percent: number): boolean {
  return isOfDropped(rounds, percent) || isOfWaiting(rounds, percent);
}

/** Dropped requests are among the latencies with the time they had waited, usually the longest. */
function isOfDropped(rounds: readonly RoundResult[], percent: number): boolean {
  const sum = (of: (round: RoundResult) => number) =>
    rounds.reduce((total, round) => total + of(round), 0);
  const dropped = sum(({ values }) => values.dropped ?? 0);
  const all = sum(({ latencies }) => latencies[ALL]?.count ?? 0);
  return dropped > 0 && dropped > all - Math.ceil((all * percent) / 100);
}

function isOfWaiting(rounds: readonly RoundResult[], percent: number): boolean {
  const windowsNs = rounds.flatMap(({ values }) =>
    (values.clientsWaiting ?? 0) > 0 ? [(values.seconds ?? 0) * 1e9] : [],
  );
  return (
    windowsNs.length > 0 && (percentileOf(rounds, ALL, percent) ?? 0) >= Math.min(...windowsNs)
  );
}

/**
 * Returns undefined without answers and waiting clients: there is no latency then, not one of 0.
 */
function percentileOf(
  rounds: readonly RoundResult[],
  part: LatencyName,
  percent: number,
): number | undefined {
  const all = new Histogram();
  for (const round of rounds) {
    const latency = round.latencies[part];
    if (latency !== undefined)
      all.merge(part === ALL ? withWaiting(latency, round.values) : latency);
  }
  return all.count === 0 ? undefined : all.percentile(percent);
}

/**
 * Adds the clients of a closed loop without an answer in the window. They have no latency
 * otherwise, and a server would look better for serving fewer clients.
 *
 * Each is added with the window's length, the lower bound of its wait (a right-censored
 * observation). It is added as often as a served client had an answer on average, so that all
 * clients have equal weight. A percentile above the share of served clients is therefore a lower
 * bound: the window's length.
 */
export function withWaiting(
  latency: HistogramJson,
  values: Pick<RoundValues, 'clientsWaiting' | 'clientsServed' | 'seconds'>,
): HistogramJson {
  const { clientsWaiting = 0, clientsServed = 0, seconds = 0 } = values;
  if (clientsWaiting === 0) return latency;
  const count =
    clientsWaiting * Math.max(1, Math.round(latency.count / Math.max(1, clientsServed)));
  const waitNs = seconds * 1e9;
  const waits = {
    count,
    sumNs: count * waitNs,
    minNs: waitNs,
    maxNs: waitNs,
    buckets: [[waitNs, count]] as const,
  };
  return Histogram.fromJSON(latency).merge(waits).toJSON();
}
