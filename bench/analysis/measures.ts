/**
 * The measures that most experiments share: what to take from a round, how to show it, which way is better.
 *
 * Pure functions over experiment.ts; a scenario lists those that answer its question, and adds its own.
 */
import type { Measure, RoundResult } from './experiment.js';
import { formatCount, formatMegabytes, formatNs, formatShare } from './numbers.js';
import { Histogram, type HistogramJson } from '../lib/histogram.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';

/** Of a round's histograms, the one that most have. */
const ALL = 'all';

/** One of the numbers that a round gives by name. */
export function valueOf(name: string, about: Pick<Measure, 'label' | 'format' | 'better' | 'over'>): Measure {
  return { name, ...about, of: ({ values }) => values[name] };
}

export const requestsPerSecond = valueOf('requestsPerSecond', {
  label: 'requests/s',
  better: 'higher',
  format: formatCount,
});

/**
 * A percentile of the rounds' latencies; over all rounds, of their histograms merged. Clients that waited in vain for
 * all of the window are among `all`, see {@link withWaiting}.
 *
 * @param part which of a round's histograms; its name becomes part of the measure's: `shortP99Ns`
 */
export function percentile(percent: number, part = ALL): Measure {
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

export function longest(part = ALL): Measure {
  return {
    name: part === ALL ? 'maxNs' : `${part}MaxNs`,
    label: part === ALL ? 'max' : `${part} max`,
    format: formatNs,
    ...latency(part, 100),
  };
}

export const serverCpu = valueOf('serverCpuShare', { label: 'CPU', format: formatShare });
export const memory = valueOf('rssBytes', { label: 'MB', format: formatMegabytes });
const threads = valueOf('threads', { label: 'threads', format: formatCount });

/** Of all rounds together. */
export const errors: Measure = {
  name: 'errors',
  label: 'errors',
  format: formatCount,
  of: (round) => round.errors && totalErrors(round.errors),
  over: (rounds) =>
    rounds.reduce((total, round) => total + (round.errors ? totalErrors(round.errors) : 0), 0),
};

/** In the worst round. */
export const served = valueOf('clientsServed', {
  label: 'served',
  format: formatCount,
  over: (rounds) => {
    const counts = rounds.flatMap(({ values }) => values['clientsServed'] ?? []);
    return counts.length === 0 ? undefined : Math.min(...counts);
  },
});

/** How evenly the clients were served: 1, all alike; 1/n, one of n alone. See bench/lib/fairness.ts. */
const jain: Measure = {
  ...valueOf('jain', { label: 'fairness', format: (value) => value.toFixed(2) }),
  isUsual: (value) => value > 0.995,
};

/** What a closed loop's table shows. */
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

function latency(part: string, percent: number): Pick<Measure, 'of' | 'over' | 'isAtLeast'> {
  return {
    of: (round) => percentileOf([round], part, percent),
    over: (rounds) => percentileOf(rounds, part, percent),
    ...(part === ALL ? { isAtLeast: (rounds) => isAtLeast(rounds, percent) } : {}),
  };
}

/** Whether a percentile is among the clients that waited in vain: then it is known to be no less. */
function isAtLeast(rounds: readonly RoundResult[], percent: number): boolean {
  const windowsNs = rounds.flatMap(({ values }) =>
    (values['clientsWaiting'] ?? 0) > 0 ? [(values['seconds'] ?? 0) * 1e9] : [],
  );
  return windowsNs.length > 0 && (percentileOf(rounds, ALL, percent) ?? 0) >= Math.min(...windowsNs);
}

/** Undefined if nothing was answered and nobody waited: there is no latency then, not one of 0. */
function percentileOf(rounds: readonly RoundResult[], part: string, percent: number): number | undefined {
  const all = new Histogram();
  for (const round of rounds) {
    const latency = round.latencies[part];
    if (latency !== undefined) all.merge(part === ALL ? withWaiting(latency, round.values) : latency);
  }
  return all.count === 0 ? undefined : all.percentile(percent);
}

/**
 * Of a closed loop, who got no answer within the window is in no latency, and a server would look better for serving
 * fewer. Each such client is added with the window's length, the least that its wait can be (a right-censored
 * observation), and as often as a served client was answered on average, or it would count for nothing beside one that
 * was answered ten thousand times. So each client has the same weight, and a percentile above the share of those
 * served is a lower bound: the window's length.
 */
function withWaiting(latency: HistogramJson, values: RoundResult['values']): HistogramJson {
  const { clientsWaiting = 0, clientsServed = 0, seconds = 0 } = values;
  if (clientsWaiting === 0) return latency;
  const count = clientsWaiting * Math.max(1, Math.round(latency.count / Math.max(1, clientsServed)));
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
