/** Made-up experiments with round numbers, for tests of analysis and report. */
import type { BenchResults } from '../../../bench/analysis/results.js';
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  ExperimentResult,
  Measure,
  RoundResult,
} from '../../../bench/analysis/experiment.js';
import { Histogram } from '../../../src/base/histogram.js';

export const rate: Measure = {
  name: 'requestsPerSecond',
  label: 'requests/s',
  better: 'higher',
  format: (value) => value.toFixed(0),
  of: ({ values }) => values.requestsPerSecond,
};

/** A measure over all rounds at once. */
export const p99: Measure = {
  name: 'p99Ns',
  label: 'p99',
  better: 'lower',
  format: (value) => `${value} ns`,
  of: ({ latencies }) => merged([latencies]),
  over: (rounds) => merged(rounds.map(({ latencies }) => latencies)),
};

/** A measure without a better direction. */
export const threads: Measure = {
  name: 'threads',
  label: 'threads',
  format: String,
  of: ({ values }) => values.threads,
};

export const echo: Experiment = {
  name: 'echo',
  question: '?',
  prediction: '.',
  lookAt: '.',
  axis: { label: 'clients', scale: 'log' },
  measures: [rate, p99, threads],
  plots: [],
  seen: () => '',
};

/** One second in which all requests took the same time. */
export function roundOf(
  round: number,
  requestsPerSecond: number,
  latencyNs = 2_000_000,
): RoundResult {
  const latency = new Histogram();
  for (let request = 0; request < Math.min(requestsPerSecond, 100); request++)
    latency.record(latencyNs);
  return { round, turn: 1, values: { requestsPerSecond }, latencies: { all: latency.toJSON() } };
}

export function contenderOf(
  name: string,
  rates: readonly number[],
  changes: Partial<ContenderResult> = {},
): ContenderResult {
  return {
    name,
    kind: 'model',
    rounds: rates.map((one, index) => roundOf(index + 1, one)),
    ...changes,
  };
}

export function caseOf(
  contenders: readonly ContenderResult[],
  changes: Partial<CaseResult> = {},
): CaseResult {
  return {
    name: '2 clients',
    title: '2 clients, 64 bytes',
    x: 2,
    clients: 2,
    contenders,
    ...changes,
  };
}

export function experimentOf(cases: readonly CaseResult[], name = 'echo'): ExperimentResult {
  return { name, cases, remarks: [] };
}

export function fileOf(
  contenders: readonly ContenderResult[],
  changes: Partial<BenchResults> = {},
): BenchResults {
  return {
    format: 2,
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 1000,
    machine: { cpu: 'a CPU', cores: 2, memoryBytes: 4e9, kernel: 'linux 6', arch: 'x64' },
    versions: { node: 'v20.20.0', packages: { piscina: '5.3.2' } },
    options: { peers: false, rounds: 5, roundMs: 1000 },
    experiments: [experimentOf([caseOf(contenders)])],
    ...changes,
  };
}

function merged(latencies: readonly RoundResult['latencies'][]): number | undefined {
  const all = new Histogram();
  for (const { all: one } of latencies) if (one !== undefined) all.merge(one);
  return all.count === 0 ? undefined : all.percentile(99);
}
