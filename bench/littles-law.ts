import type { ContenderResult } from './experiment.js';

export function clientsByLittle({ rounds }: ContenderResult): number | undefined {
  const busy = rounds.flatMap(({ latencies, values }) =>
    latencies['all'] && values['seconds'] ? latencies['all'].sumNs / 1e9 / values['seconds'] : [],
  );
  return busy.length === 0 ? undefined : busy.reduce((total, value) => total + value, 0) / busy.length;
}
