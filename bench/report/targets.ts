/**
 * The targets that the project set itself, each with its value in a run and a verdict, and the
 * table of them. Pure functions; text.ts prints the table.
 *
 * A target on a ratio is judged by ratios within rounds. The verdict follows the rule of
 * bench/analysis/verdicts.ts: the whole interval decides, and fewer than five rounds give no
 * verdict.
 */
import { findContender, measured, ratioOf } from '../analysis/estimates.js';
import type { CaseResult, Measure, ValueName } from '../analysis/experiment.js';
import { MIN_ROUNDS, type Estimate } from '../analysis/intervals.js';
import { errors, p99, percentile, requestsPerSecond, valueOf } from '../analysis/measures.js';
import { DASH, formatCount, formatEstimate, type TextTable } from '../analysis/numbers.js';
import type { BenchResults } from '../analysis/results.js';
import { TOO_FEW_ROUNDS, UNCERTAIN } from '../analysis/verdicts.js';

interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** An upper limit that does not include itself. */
  readonly below?: number;
  readonly unit: string;
  /** The value in the run; undefined: not measured. */
  readonly reached: Estimate | undefined;
}

type TargetVerdict =
  | 'reached'
  | 'missed'
  | 'not measured'
  | typeof UNCERTAIN
  | typeof TOO_FEW_ROUNDS;

const THREADS = 'thread-per-client';
const LOOP = 'event-loop';
const WORKERS = 'worker-event-loops';
const SENDERS = ['1 sender', '8 senders', '32 senders'];

/**
 * Judges a target by the interval of its value: both ends on the same side of the limit, or no
 * verdict.
 */
export function judge(target: Target): TargetVerdict {
  const { reached } = target;
  if (reached === undefined) return 'not measured';
  if (reached.rounds < MIN_ROUNDS) return TOO_FEW_ROUNDS;
  const ends = [reached.low, reached.high].map((value) => isWithin(value, target));
  return ends.every(Boolean) ? 'reached' : ends.some(Boolean) ? UNCERTAIN : 'missed';
}

function isWithin(
  value: number,
  { atLeast = -Infinity, atMost = Infinity, below = Infinity }: Target,
) {
  return value >= atLeast && value <= atMost && (value < below || below === Infinity);
}

export function targetsTable(targets: readonly Target[]): TextTable {
  return {
    title: 'targets',
    head: ['what', 'target', 'value', 'verdict'],
    rows: targets.map((target) => {
      const { what, unit, reached } = target;
      const value = reached === undefined ? DASH : withUnit(formatValue(reached), unit);
      return [what, withUnit(limitOf(target), unit), value, judge(target)];
    }),
    notes: [],
  };
}

/** Returns all targets, also those that the run did not measure. */
export function targetsOf(results: BenchResults): Target[] {
  const of = (experiment: string, name: string) => caseOf(results, experiment, name);
  return [
    ...[
      { clients: '16 clients', pthread: 0.95, python: 1, net: 0.95 },
      { clients: '64 clients', pthread: 0.9, python: 1.1, net: 0.95 },
    ].flatMap(({ clients, pthread, python, net }) => [
      ratioTarget(`echo, ${clients}`, of('echo', clients), THREADS, 'c-pthread', pthread),
      ratioTarget(`echo, ${clients}`, of('echo', clients), THREADS, 'python-threading', python),
      ratioTarget(`echo, ${clients}`, of('echo', clients), LOOP, 'bare-net', net),
    ]),
    ratioTarget('echo, 256 clients', of('echo', '256 clients'), THREADS, 'c-pthread', 0.75),
    ...['8 clients', '32 clients'].flatMap((clients) =>
      churnTargets(clients, of('churn', clients)),
    ),
    ...workersTargets(of),
    ...fanOutTargets(results),
    ...[THREADS, LOOP].flatMap((name) => [
      ratioTarget('web, 64 clients', of('web', '64 clients'), name, 'python-threading', 5),
      ratioTarget('web, 64 clients', of('web', '64 clients'), name, 'bare-http', 0.8),
    ]),
    ...capacityTargets(results),
    ...['echo, 64 clients', 'churn, 8 clients', 'churn, 32 clients'].map((name) =>
      generatorRatioTarget(name, of('generator', name)),
    ),
    generatorTarget('requests/s of c-epoll, 64 clients', of('echo', '64 clients'), 100_000),
    generatorTarget('deliveries/s of c-epoll, 32 senders', of('fan-out', '32 senders'), 3_000_000),
  ];
}

/** More loops must be worth their hand-over, and must not cost where one loop is enough. */
function workersTargets(of: (experiment: string, name: string) => CaseResult | undefined) {
  const target = (
    experiment: string,
    name: string,
    atLeast: number,
    measure: Measure = requestsPerSecond,
  ) => ratioTarget(`${experiment}, ${name}`, of(experiment, name), WORKERS, LOOP, atLeast, measure);
  const jobs = valueOf('jobsPerSecond', { label: 'jobs/s', better: 'higher', format: String });
  return [
    ...['1 client', '16 clients', '64 clients', '256 clients', '1000 clients'].map((clients) =>
      target('echo', clients, 0.9),
    ),
    ...['8 clients', '32 clients'].map((clients) => target('churn', clients, 0.9)),
    target('cpu-bound', 'short beside jobs', 1.2, jobs),
    ...['64 clients', '64 clients, varied'].map((clients) => target('web', clients, 1.2)),
  ];
}

function churnTargets(clients: string, one: CaseResult | undefined): Target[] {
  const target = (name: string, other: string, atLeast: number) =>
    ratioTarget(`churn, ${clients}`, one, name, other, atLeast);
  return [
    target(THREADS, 'c-pthread', 0.9),
    target(`${THREADS}, logging`, 'c-pthread', 0.75),
    target(LOOP, 'bare-net', 0.95),
    target(`${LOOP}, logging`, 'bare-net', 0.75),
  ];
}

function fanOutTargets(results: BenchResults): Target[] {
  const cases = SENDERS.map((senders) => caseOf(results, 'fan-out', senders));
  const target = (index: number, name: string, atLeast: number) =>
    ratioTarget(`fan-out, ${SENDERS[index] ?? ''}`, cases[index], name, 'c-pthread', atLeast);
  return [
    ...[THREADS, LOOP].flatMap((name) => [
      target(0, name, 0.9),
      target(1, name, 2),
      target(2, name, name === LOOP ? 6 : 4),
    ]),
    ...[THREADS, LOOP].flatMap((name) => [
      p99Target(cases.slice(0, 1), name, 'c-pthread', 1.1),
      p99Target(cases, name, 'python-threading', 1),
    ]),
    {
      what: 'fan-out: lines lost, changed, duplicated or out of order',
      atMost: 0,
      unit: '',
      reached: errorsOfModels(cases),
    },
  ];
}

/** Takes the worst ratio over the cases. */
function p99Target(
  cases: readonly (CaseResult | undefined)[],
  name: string,
  other: string,
  below: number,
): Target {
  const ratios = cases
    .map((one) => one && ratioOf(one, p99, name, other))
    .filter((ratio) => ratio !== undefined)
    .toSorted((a, b) => b.value - a.value);
  const where = cases.length === 1 ? SENDERS[0] : 'worst case';
  const what = `p99 of ${name} / ${other}, fan-out, ${where}`;
  return {
    what,
    below,
    unit: '',
    reached: ratios.length < cases.length ? undefined : ratios[0],
  };
}

/** How near our generator comes to the same loop in C: as far above as below. */
function generatorRatioTarget(name: string, result: CaseResult | undefined): Target {
  const reached = result && ratioOf(result, requestsPerSecond, 'generator', 'generator in C');
  const what = `the generator / its equivalent in C, ${name}`;
  return { what, atLeast: 0.9, atMost: 1.1, unit: '', reached };
}

/** An exact count over all rounds, so it has no interval; `rounds` is the fewest of a model. */
function errorsOfModels(cases: readonly (CaseResult | undefined)[]): Estimate | undefined {
  const counts = cases
    .flatMap((one) => one?.contenders ?? [])
    .filter(({ kind }) => kind === 'model')
    .flatMap((contender) => measured(contender, errors) ?? []);
  if (counts.length === 0) return undefined;
  const value = counts.reduce((total, count) => total + count.value, 0);
  return {
    value,
    low: value,
    high: value,
    rounds: Math.min(...counts.map(({ rounds }) => rounds)),
  };
}

function capacityTargets(results: BenchResults): Target[] {
  const single = (experiment: string, contender: string, name: ValueName) =>
    valueIn(
      caseOf(results, experiment, experiment),
      contender,
      valueOf(name, { label: name, format: String }),
    );
  const handOff = inUnits(
    valueIn(caseOf(results, 'hand-off', 'idle'), 'whole', percentile(50)),
    1e3,
  );
  const [thread, idleClient] = [THREADS, LOOP].map((name) =>
    single('idle', name, 'bytesPerClient'),
  );
  const [onThreads, onLoop] = [
    single('idle', THREADS, 'answered'),
    single('idle', LOOP, 'connected'),
  ];
  return [
    { what: 'hand-off to a warm thread, median', atMost: 25, unit: 'µs', reached: handOff },
    {
      what: 'clients at once, each answered on a thread of its own',
      ...{ atLeast: 1000, unit: '', reached: onThreads },
    },
    { what: 'memory of a client thread', atMost: 8, unit: 'MB', reached: inUnits(thread, 1e6) },
    { what: 'idle clients at once on the event loop', atLeast: 10_000, unit: '', reached: onLoop },
    {
      what: 'memory of an idle client on the event loop',
      ...{ atMost: 12, unit: 'kB', reached: inUnits(idleClient, 1e3) },
    },
  ];
}

function generatorTarget(what: string, result: CaseResult | undefined, atLeast: number): Target {
  const reached = valueIn(result, 'c-epoll', requestsPerSecond);
  return { what: `the generator: ${what}`, atLeast, unit: '', reached };
}

function ratioTarget(
  where: string,
  result: CaseResult | undefined,
  name: string,
  other: string,
  atLeast: number,
  measure = requestsPerSecond,
): Target {
  const reached = result && ratioOf(result, measure, name, other);
  return { what: `${name} / ${other}, ${where}`, atLeast, unit: '', reached };
}

function valueIn(
  result: CaseResult | undefined,
  name: string,
  measure: Measure,
): Estimate | undefined {
  const contender = result && findContender(result, name);
  return contender && measured(contender, measure);
}

function caseOf(
  { experiments }: BenchResults,
  experiment: string,
  name: string,
): CaseResult | undefined {
  return experiments
    .find((result) => result.name === experiment)
    ?.cases.find((result) => result.name === name);
}

function inUnits(estimate: Estimate | undefined, unit: number): Estimate | undefined {
  if (estimate === undefined) return undefined;
  const { value, low, high, rounds } = estimate;
  return { value: value / unit, low: low / unit, high: high / unit, rounds };
}

function limitOf({ atLeast, atMost, below }: Target): string {
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost}`;
  if (atLeast !== undefined) return `≥ ${atLeast.toLocaleString('en-GB')}`;
  return below === undefined ? `≤ ${atMost ?? ''}` : `< ${below}`;
}

function formatValue(estimate: Estimate): string {
  const { value, low, high } = estimate;
  if (value === 0 && high === 0) return '0';
  if (value < 1000) return formatEstimate(estimate);
  if (low === high) return formatCount(value);
  return `${formatCount(value)} (${formatCount(low)}–${formatCount(high)})`;
}

function withUnit(text: string, unit: string): string {
  return unit === '' ? text : `${text} ${unit}`;
}
