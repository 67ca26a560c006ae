/** From what the generator tells of a load to the numbers of a round. Pure functions; rounds.ts keeps what they give. */
import type { RoundMeasured } from './experiment.js';
import type { LoadResult, Usage } from './protocol.js';

export function measuredLoad(result: LoadResult): RoundMeasured {
  const { requests, seconds, errors, latency, clientsServed, clientsUnanswered, jain } = result;
  return {
    values: known({
      requestsPerSecond: requests / seconds,
      clientsServed,
      clientsUnanswered,
      jain,
      ...usageValues(result),
    }),
    latencies: { all: latency },
    errors,
  };
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
