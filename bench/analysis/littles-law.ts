/**
 * A check of the measurement itself by J. D. C. Little, "A Proof for the Queuing Formula L = λW",
 * Operations Research 9 (1961). In a closed loop each client asks again as soon as it has its
 * answer. The rate of answers times their mean latency is then the number of clients, whatever the
 * server does.
 *
 * Pure functions; bench/report/table.ts shows the note. The law does not hold if clients rest, nor
 * if one request has several latencies (`fan-out`).
 */
import type { ContenderResult, RoundMeasured } from './experiment.js';

/** Requests across the ends of a window, and clients that ask again late, cost some per cent. */
const TOLERANCE = 0.1;

/**
 * Returns the number of clients whose time the latencies cover; undefined without rate or answers.
 */
export function clientsByLittle({ values, latencies }: RoundMeasured): number | undefined {
  const rate = values.requestsPerSecond;
  const latency = latencies.all;
  if (rate === undefined || latency === undefined || latency.count === 0) return undefined;
  return (rate * latency.sumNs) / latency.count / 1e9;
}

/**
 * Returns a sentence if the mean over the rounds is more than 10 % off, otherwise undefined.
 * @param clients that were served; the others have no latency
 */
export function littlesLawNote(
  { name, rounds }: ContenderResult,
  clients: number,
): string | undefined {
  const found = rounds.map(clientsByLittle).filter((count) => count !== undefined);
  if (found.length === 0 || clients === 0) return undefined;
  const mean = found.reduce((sum, count) => sum + count, 0) / found.length;
  if (Math.abs(mean / clients - 1) <= TOLERANCE) return undefined;
  const why =
    mean < clients
      ? 'clients spent time that no latency includes'
      : 'latencies include time outside the window';
  return `${name}: rate × mean latency is ${mean.toFixed(1)} clients, not ${clients} (Little's law): ${why}`;
}
