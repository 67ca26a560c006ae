/**
 * The bars that the project set itself, each with what a run reached: computed from the results, never typed in.
 *
 * A bar on a ratio is judged by its value over rounds that were measured one right after the other; its interval is
 * shown beside it. Shown whenever a run holds what a bar needs; targets-table.ts shows them.
 */
import { measured, ratioOf } from '../analysis/estimates.js';
import type { CaseResult, Measure } from '../analysis/experiment.js';
import type { Estimate } from '../analysis/intervals.js';
import { errors, p99, requestsPerSecond, valueOf } from '../analysis/measures.js';
import type { BenchResults } from '../analysis/results.js';

export interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The same, but the limit itself will not do. */
  readonly below?: number;
  readonly unit: string;
  /** Undefined: this run did not measure it. */
  readonly reached: Estimate | undefined;
}

const THREADS = 'thread-per-client';
const LOOP = 'event-loop';
const SENDERS = ['1 sender', '8 senders', '32 senders'];
const raw = (name: string) => valueOf(name, { label: name, format: String });

export function barsOf(results: BenchResults): Target[] {
  const of = (experiment: string, name: string) => caseOf(results, experiment, name);
  return [
    ...[
      { clients: '16 clients', pthread: 0.9, python: 1, net: 0.95 },
      { clients: '64 clients', pthread: 0.9, python: 1.1, net: 0.95 },
    ].flatMap(({ clients, pthread, python, net }) => [
      ratioBar(`echo, ${clients}`, of('echo', clients), THREADS, 'c-pthread', pthread),
      ratioBar(`echo, ${clients}`, of('echo', clients), THREADS, 'python-threading', python),
      ratioBar(`echo, ${clients}`, of('echo', clients), LOOP, 'bare-net', net),
    ]),
    ratioBar('echo, 256 clients', of('echo', '256 clients'), THREADS, 'c-pthread', 0.75),
    ratioBar('churn, 64 clients', of('churn', '64 clients'), THREADS, 'c-pthread', 0.7),
    ...fanOutBars(results),
    ...webBars(of('web', '64 clients')),
    ...capacityBars(results),
    generatorBar('requests/s of c-epoll, 64 clients', of('echo', '64 clients'), 100_000),
    generatorBar('deliveries/s of c-epoll, 32 senders', of('fan-out', '32 senders'), 3_000_000),
  ];
}

function fanOutBars(results: BenchResults): Target[] {
  const cases = SENDERS.map((senders) => caseOf(results, 'fan-out', senders));
  const bar = (index: number, name: string, atLeast: number) =>
    ratioBar(`fan-out, ${SENDERS[index] ?? ''}`, cases[index], name, 'c-pthread', atLeast);
  return [
    ...[THREADS, LOOP].flatMap((name) => [
      bar(0, name, 0.9),
      bar(1, name, 2),
      bar(2, name, name === LOOP ? 6 : 4),
    ]),
    ...[THREADS, LOOP].flatMap((name) => [
      p99Bar(cases, name, 'c-pthread'),
      p99Bar(cases, name, 'python-threading'),
    ]),
    {
      what: 'fan-out: lines lost, changed, twice or out of order',
      atMost: 0,
      unit: '',
      reached: errorsOfModels(cases),
    },
  ];
}

/** Of the three numbers of senders, the one where the ratio is worst. */
function p99Bar(cases: readonly (CaseResult | undefined)[], name: string, other: string): Target {
  const known = cases
    .map((one) => one && ratioOf(one, p99, name, other))
    .filter((ratio) => ratio !== undefined)
    .toSorted((a, b) => b.value - a.value);
  const what = `p99 of ${name} / ${other}, fan-out, at its worst`;
  return { what, below: 1, unit: '', reached: known.length < cases.length ? undefined : known[0] };
}

function errorsOfModels(cases: readonly (CaseResult | undefined)[]): Estimate | undefined {
  const counts = cases
    .flatMap((one) => one?.contenders ?? [])
    .filter(({ kind }) => kind === 'model')
    .flatMap((contender) => measured(contender, errors)?.value ?? []);
  return counts.length === 0 ? undefined : exactly(counts.reduce((total, count) => total + count, 0));
}

function webBars(web: CaseResult | undefined): Target[] {
  return [THREADS, LOOP].flatMap((name) => [
    ratioBar('web, 64 clients', web, name, 'python-threading', 5),
    ratioBar('web, 64 clients', web, name, 'bare-http', 0.8),
  ]);
}

function capacityBars(results: BenchResults): Target[] {
  const single = (experiment: string, name: string, contender: string, measure: Measure) => {
    const found = caseOf(results, experiment, name)?.contenders.find((one) => one.name === contender);
    return found && measured(found, measure);
  };
  const idle = (contender: string, name: string) => single('idle', 'idle', contender, raw(name));
  return [
    {
      what: 'hand-off to a warm thread, median',
      atMost: 60,
      unit: 'µs',
      reached: inUnits(single('hand-off', 'hand-off', THREADS, raw('medianNs')), 1e3),
    },
    {
      what: 'clients at once, each answered on a thread of its own',
      atLeast: 1000,
      unit: '',
      reached: idle(THREADS, 'answered'),
    },
    {
      what: 'memory of a client thread',
      atMost: 8,
      unit: 'MB',
      reached: inUnits(idle(THREADS, 'bytesPerClient'), 1e6),
    },
    {
      what: 'idle clients at once on the event loop',
      atLeast: 10_000,
      unit: '',
      reached: idle(LOOP, 'connected'),
    },
    {
      what: 'memory of an idle client on the event loop',
      atMost: 12,
      unit: 'kB',
      reached: inUnits(idle(LOOP, 'bytesPerClient'), 1e3),
    },
  ];
}

function generatorBar(what: string, result: CaseResult | undefined, atLeast: number): Target {
  const contender = result?.contenders.find(({ name }) => name === 'c-epoll');
  return {
    what: `the generator: ${what}`,
    atLeast,
    unit: '',
    reached: contender && measured(contender, requestsPerSecond),
  };
}

function ratioBar(
  where: string,
  result: CaseResult | undefined,
  name: string,
  other: string,
  atLeast: number,
): Target {
  const reached = result && ratioOf(result, requestsPerSecond, name, other);
  return { what: `${name} / ${other}, ${where}`, atLeast, unit: '', reached };
}

function caseOf({ experiments }: BenchResults, experiment: string, name: string): CaseResult | undefined {
  return experiments
    .find((result) => result.name === experiment)
    ?.cases.find((result) => result.name === name);
}

function inUnits(estimate: Estimate | undefined, unit: number): Estimate | undefined {
  if (estimate === undefined) return undefined;
  const { value, low, high, rounds } = estimate;
  return { value: value / unit, low: low / unit, high: high / unit, rounds };
}

function exactly(value: number): Estimate {
  return { value, low: value, high: value, rounds: 1 };
}
