/**
 * A check on the measurement itself: J. D. C. Little, "A Proof for the Queuing Formula L = λW", Operations Research 9
 * (1961). In a closed loop, where each client asks again as soon as it is answered, the rate of answers times their
 * mean latency is the number of clients, whatever the server does.
 *
 * A pure function over experiment.ts; tables show what it says. It does not hold where a client rests, nor where one
 * request is several latencies (`fan-out`): do not ask it there.
 */
import type { ContenderResult, RoundMeasured } from './experiment.js';

/** Requests that straddle the ends of a window, and a client that is slow to ask again, cost some per cent. */
const TOLERANCE = 0.1;

/** The clients whose time the latencies account for. Undefined: no rate, or nothing was answered. */
export function clientsByLittle({ values, latencies }: RoundMeasured): number | undefined {
  const rate = values['requestsPerSecond'];
  const latency = latencies['all'];
  if (rate === undefined || latency === undefined || latency.count === 0) return undefined;
  return (rate * latency.sumNs) / latency.count / 1e9;
}

/**
 * A sentence, if the mean over the rounds is more than a tenth off. `clients`: of those that were served, since one
 * that never is has no latency.
 */
export function littlesLawNote({ name, rounds }: ContenderResult, clients: number): string | undefined {
  const found = rounds.map(clientsByLittle).filter((count) => count !== undefined);
  if (found.length === 0 || clients === 0) return undefined;
  const mean = found.reduce((sum, count) => sum + count, 0) / found.length;
  if (Math.abs(mean / clients - 1) <= TOLERANCE) return undefined;
  const why =
    mean < clients
      ? 'clients spent time that no latency shows'
      : 'latencies hold time that was not in the window';
  return `${name}: rate × mean latency is ${mean.toFixed(1)} clients, not ${clients} (Little's law): ${why}`;
}
