/**
 * Converts the generator's answer to a load into the numbers of a round. Pure functions; the
 * scenarios call them, bench/run/rounds.ts keeps the numbers.
 */
import type { RoundMeasured, RoundValues, ValueName } from './experiment.js';
import { Histogram } from '../../src/base/histogram.js';
import { jainIndex } from '../lib/fairness.js';
import { addedErrors, noErrors } from '../generator/protocol/error-kinds.js';
import type {
  LoadResult,
  OpenLoopResult,
  PopulationsResult,
  Usage,
} from '../generator/protocol/results.js';

/**
 * `clientsWaiting` is a count of clients, as the generator saw them at the window's end. Error
 * events cannot give it, because a refused client of `churn` tries again and causes many of them.
 */
export function measuredLoad(result: LoadResult): RoundMeasured {
  const {
    requests,
    seconds,
    errors,
    latency,
    clientsServed,
    clientsUnanswered,
    clientsWaiting,
    jain,
  } = result;
  return {
    values: known({
      requestsPerSecond: requests / seconds,
      clientsServed,
      clientsUnanswered,
      clientsWaiting,
      jain,
      ...usageValues(result),
    }),
    latencies: { all: latency },
    errors,
  };
}

/**
 * Names the rate and the latencies of each population after it: `shortPerSecond`, `short`;
 * `requestsPerSecond` is the total. The latencies include requests without an answer at the
 * window's end (censored observations); otherwise a server that does not answer would look better.
 */
export function measuredPopulations(result: PopulationsResult): RoundMeasured {
  const { populations, seconds } = result;
  const rates = populations.map(
    ({ name, requests }) => [`${name}PerSecond`, requests / seconds] as const,
  );
  const sum = (of: (population: PopulationsResult['populations'][number]) => number) =>
    populations.reduce((total, population) => total + of(population), 0);
  return {
    values: known({
      ...Object.fromEntries(rates),
      requestsPerSecond: sum(({ requests }) => requests) / seconds,
      clientsServed: sum(({ clientsServed }) => clientsServed),
      clientsUnanswered: sum(({ clientsUnanswered }) => clientsUnanswered),
      ...usageValues(result),
    }),
    latencies: Object.fromEntries(
      populations.map(({ name, latency, censored }) => [
        name,
        Histogram.fromJSON(latency).merge(censored).toJSON(),
      ]),
    ),
    errors: populations.map(({ errors }) => errors).reduce(addedErrors, noErrors()),
  };
}

/**
 * `all` starts at the intended send of each request and includes dropped ones with their wait so
 * far.
 */
export function measuredOpenLoop(result: OpenLoopResult): RoundMeasured {
  const {
    offered,
    answeredInWindow,
    unanswered,
    unsent,
    seconds,
    errors,
    corrected,
    uncorrected,
    lag,
  } = result;
  return {
    values: known({
      requestsPerSecond: answeredInWindow / seconds,
      offeredPerSecond: offered / seconds,
      dropped: unanswered + unsent,
      clientsServed: result.clientsServed,
      clientsUnanswered: result.clientsUnanswered,
      jain: result.jain,
      ...usageValues(result),
    }),
    latencies: { all: corrected, uncorrected, lag },
    errors,
  };
}

/** Returns what the server, the generator and other programs used during the window. */
export function usageValues(usage: Usage): MaybeKnown {
  const { seconds, generatorCpuShare, serverCpuShare, othersCpuShare, server } = usage;
  return {
    seconds,
    generatorCpuShare,
    serverCpuShare,
    othersCpuShare,
    rssBytes: server?.rssBytes,
    threads: server?.threads,
    descriptors: server?.descriptors,
  };
}

/** Of the processor time that /proc counts in steps, at both ends of a window. */
const TICKS_MS = 20;

/**
 * What a request cost the threads of the server, of a load with `samplesThreads`. Threads that ended
 * in the window took their counts with them: then the time comes from the whole process, and the
 * switches are unknown.
 * @param workers among how many the clients are shared; their processor times show how evenly.
 * Undefined if the server has none
 */
export function workValues(
  { requests, seconds, serverCpuShare = 0, serverThreads }: LoadResult,
  workers: number | undefined,
): RoundValues {
  if (serverThreads === undefined || requests === 0) return {};
  const { ranNs, waitedNs, voluntary, involuntary, workersNs } = serverThreads;
  const processMs = serverCpuShare * seconds * 1e3;
  const isWhole = ranNs / 1e6 >= 0.9 * processMs - TICKS_MS;
  const busiest = workersNs.slice(0, workers);
  const isShared = workers !== undefined && workers > 1 && busiest.length === workers;
  return known({
    cpuUsPerRequest: isWhole ? ranNs / 1e3 / requests : (processMs * 1e3) / requests,
    coreWaitUsPerRequest: isWhole ? waitedNs / 1e3 / requests : undefined,
    voluntaryPerRequest: isWhole ? voluntary / requests : undefined,
    involuntaryPerRequest: isWhole ? involuntary / requests : undefined,
    workersJain: isShared && isWhole ? jainIndex(busiest) : undefined,
  });
}

type MaybeKnown = Readonly<Partial<Record<ValueName, number | undefined>>>;

/** Leaves out values that are undefined. */
export function known(values: MaybeKnown): RoundValues {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
