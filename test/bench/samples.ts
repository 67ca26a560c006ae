/** Made-up results with round numbers, for the tests of what computes with results and shows them. */
import { Histogram } from '../../bench/histogram.js';
import { noErrors } from '../../bench/protocol.js';
import type { CaseResult, ContenderResult, RoundResult } from '../../bench/results.js';

/** One second with so many requests, each of the same latency; `changes` replaces what a test is about. */
export function roundOf(round: number, requests: number, changes: Partial<RoundResult> = {}): RoundResult {
  const latency = new Histogram();
  for (let request = 0; request < Math.min(requests, 1000); request++) latency.record(2_000_000);
  return {
    kind: 'loaded',
    round,
    turn: 1,
    requests,
    seconds: 1,
    errors: noErrors(),
    clientsServed: 2,
    clientsUnanswered: 0,
    jain: 1,
    latency: latency.toJSON(),
    generatorCpuShare: 0.5,
    ...changes,
  };
}

export function contenderOf(name: string, rates: readonly number[]): ContenderResult {
  return { name, kind: 'model', rounds: rates.map((rate, index) => roundOf(index + 1, rate)) };
}

export function caseOf(
  contenders: readonly ContenderResult[],
  changes: Partial<CaseResult> = {},
): CaseResult {
  return {
    scenario: 'echo',
    title: 'echo, 2 clients',
    pattern: 'echo',
    clients: 2,
    senders: 0,
    silentClients: 0,
    messageBytes: 64,
    contenders,
    ...changes,
  };
}
