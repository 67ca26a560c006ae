/** Made-up results with round numbers, for tests of analysis and report. */
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  RoundResult,
  RoundValues,
} from '../../../bench/analysis/experiment.js';
import { Histogram } from '../../../src/base/histogram.js';
import { CLOSED_LOOP } from '../../../bench/analysis/measures.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';

interface Changes extends Partial<Omit<RoundResult, 'values'>> {
  readonly values?: RoundValues;
}

/** One second with this many requests of 2 ms each. A test replaces fields by `changes`. */
export function roundOf(
  round: number,
  requests: number,
  { values, ...changes }: Changes = {},
): RoundResult {
  const latency = new Histogram();
  for (let request = 0; request < Math.min(requests, 1000); request++) latency.record(2_000_000);
  return {
    round,
    turn: 1,
    values: {
      requestsPerSecond: requests,
      seconds: 1,
      clientsServed: 2,
      clientsUnanswered: 0,
      jain: 1,
      generatorCpuShare: 0.5,
      ...values,
    },
    latencies: { all: latency.toJSON() },
    errors: noErrors(),
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
    name: '2 clients',
    title: 'echo, 2 clients',
    x: 2,
    clients: 2,
    closedLoop: true,
    contenders,
    ...changes,
  };
}

export const sampleExperiment: Experiment = {
  name: 'echo',
  question: 'How many?',
  prediction: 'Many.',
  lookAt: 'The first column.',
  axis: { label: 'clients', scale: 'log' },
  measures: CLOSED_LOOP,
  plots: [],
  seen: () => 'Many.',
};
