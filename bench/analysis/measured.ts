/** From what the generator tells of a load to the numbers of a round. Pure functions; bench/run/rounds.ts keeps what they give. */
import type { RoundMeasured } from './experiment.js';
import { Histogram } from '../lib/histogram.js';
import { ERROR_KINDS, noErrors, totalErrors, type ErrorCounts } from '../generator/protocol/error-kinds.js';
import type { LoadResult, OpenLoopResult, PopulationsResult, Usage } from '../generator/protocol/results.js';

/**
 * `clients`: of a closed loop, so that those who waited for the whole window are told of: `clientsWaiting` are all who
 * got no answer within it, but for those whose connection failed, who wait for nothing.
 */
export function measuredLoad(result: LoadResult, clients?: number): RoundMeasured {
  const { requests, seconds, errors, latency, clientsServed, clientsUnanswered, jain } = result;
  const lost = totalErrors(errors) - errors.timeout;
  const clientsWaiting = clients === undefined ? undefined : Math.max(0, clients - clientsServed - lost);
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
 * Each population's rate and latencies under its own name, `shortPerSecond`; `requestsPerSecond` is of all together.
 * Who still waited at the end of the window is among the latencies, or a server would look better for not answering.
 */
export function measuredPopulations(result: PopulationsResult): RoundMeasured {
  const { populations, seconds } = result;
  const rates = populations.map(({ name, requests }) => [`${name}PerSecond`, requests / seconds] as const);
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
    errors: populations.map(({ errors }) => errors).reduce(added, noErrors()),
  };
}

/** `all` counts from when each request was to be sent; what was dropped is in it with the time it had waited. */
export function measuredOpenLoop(result: OpenLoopResult): RoundMeasured {
  const { offered, answeredInWindow, unanswered, unsent, seconds, errors, corrected, uncorrected, lag } =
    result;
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

function added(one: ErrorCounts, other: ErrorCounts): ErrorCounts {
  const sum = noErrors();
  for (const kind of ERROR_KINDS) sum[kind] = one[kind] + other[kind];
  return sum;
}

/** What server, generator and everybody else used meanwhile. */
export function usageValues(usage: Usage): Record<string, number | undefined> {
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

/** Without what is not known here. */
export function known(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}
