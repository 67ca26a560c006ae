/**
 * Compares two runs of the bench: the changes, and how certain they are. Pure functions;
 * compare-report.ts reads the files and shows the comparison.
 *
 * The rounds of two runs are independent, and the machine may be faster in one of them. So each row
 * has two changes: of the measure itself, and of its ratio to a contender of the same run, in which
 * the machine's speed cancels out.
 */
import { baselineOf, changeOf, measured, ratiosOf } from '../analysis/estimates.js';
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  Margins,
  Measure,
} from '../analysis/experiment.js';
import { changeOfRatios, MIN_ROUNDS, type Estimate } from '../analysis/intervals.js';
import type { BenchResults } from '../analysis/results.js';
import { marginsOf, verdictOf } from '../analysis/verdicts.js';
import { failuresOf, type FailureChange } from './failures.js';

/**
 * `no difference`: proven to lie within the margin; `unknown`: the interval is too wide to tell.
 */
export type ChangeVerdict = 'better' | 'worse' | 'no difference' | 'unknown';

export interface Change {
  /** The value after divided by the value before. */
  readonly times: Estimate;
  /** Differences within the margin do not count; see bench/analysis/verdicts.ts. */
  readonly margin: number;
  readonly verdict: ChangeVerdict;
}

/** The value of a measure in one run. */
export interface Value {
  readonly value: number;
  /** Whether the value is a lower bound; see `isAtLeast` of the measure. */
  readonly isAtLeast: boolean;
}

/** One measure of one contender in one case of both runs. */
export interface ComparedRow {
  readonly experiment: string;
  readonly case: string;
  readonly title: string;
  readonly contender: string;
  readonly kind: ContenderResult['kind'];
  readonly measure: Measure;
  readonly before: Value;
  readonly after: Value;
  readonly absolute: Change;
  /** The change of the ratio to the baseline of the same run; the baseline itself has none. */
  readonly relative?: Change & { readonly to: string };
  /**
   * The verdict that both changes share, if there are two: the machine or the baseline may cause
   * one.
   */
  readonly verdict: ChangeVerdict;
}

/** Failures of one contender in one case of both runs. */
export interface ComparedFailure extends FailureChange {
  readonly experiment: string;
  readonly case: string;
  readonly contender: string;
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** Reasons why the runs may not be comparable. */
  readonly warnings: readonly string[];
  /** Parts that only one run has. */
  readonly missing: readonly string[];
  /** Parts that worked in the first run and failed in the second. */
  readonly failed: readonly string[];
  /** What contenders left unserved in the second run. */
  readonly failures: readonly ComparedFailure[];
  readonly rows: readonly ComparedRow[];
}

/** @param relativeTo a contender that replaces each experiment's baseline */
export function compareResults(
  before: BenchResults,
  after: BenchResults,
  definitions: readonly Experiment[],
  relativeTo?: string,
): Comparison {
  const missing: string[] = [];
  const failed: string[] = [];
  const failures: ComparedFailure[] = [];
  const rows: ComparedRow[] = [];
  const pairs = pairsByName(before.experiments, after.experiments, '', missing);
  const margins = marginsOf(before.experiments, after.experiments);
  for (const [experiment, later] of pairs) {
    const definition = definitions.find(({ name }) => name === experiment.name);
    if (definition === undefined) {
      missing.push(`${experiment.name}: this version does not know the experiment`);
      continue;
    }
    if (later.failed !== undefined && experiment.failed === undefined) {
      failed.push(`${experiment.name}: ${later.failed}`);
    }
    const where = `${experiment.name}, `;
    for (const [from, to] of pairsByName(experiment.cases, later.cases, where, missing)) {
      const here = `${where}${from.name}: `;
      for (const [one, other] of pairsByName(from.contenders, to.contenders, here, missing)) {
        if (one.kind === 'control') continue;
        if (other.failed !== undefined && one.failed === undefined && one.rounds.length > 0) {
          failed.push(`${here}${one.name}: ${other.failed}`);
        } else if (one.rounds.length > 0 && other.rounds.length === 0) {
          missing.push(
            `${here}${one.name} has no rounds in the second run: ${other.skipped ?? 'reason unknown'}`,
          );
        }
        const baseline = relativeTo ?? baselineOf(definition);
        rows.push(...rowsOf({ definition, from, to, baseline, margins }, one, other));
        const place = { experiment: experiment.name, case: from.name, contender: one.name };
        for (const failure of failuresOf(one, other, definition.measures[0])) {
          failures.push({ ...place, ...failure });
        }
      }
    }
  }
  return {
    before: before.startedAt,
    after: after.startedAt,
    warnings: [...differencesOf(before, after), ...noteOnRounds(rows)],
    missing,
    failed,
    failures,
    rows,
  };
}

/**
 * Returns true if the verdict is `worse` and the whole interval of each change, absolute and
 * relative, is beyond the limit. A rate is 20 % worse at 0.8 times, a latency at 1.2 times.
 */
export function isWorseBy(
  percent: number,
  { measure, verdict, absolute, relative }: ComparedRow,
): boolean {
  if (verdict !== 'worse') return false;
  const share = percent / 100;
  return [absolute, relative].every((change) => {
    if (change === undefined) return true;
    const { low, high } = change.times;
    return measure.better === 'higher' ? high < 1 - share : low > 1 + share;
  });
}

/** Returns true if the failures certainly increased by more than the limit. */
export function isMoreBy(percent: number, { timesAtLeast }: FailureChange): boolean {
  return timesAtLeast > 1 + percent / 100;
}

interface Place {
  readonly definition: Experiment;
  readonly from: CaseResult;
  readonly to: CaseResult;
  readonly baseline: string | undefined;
  /** The margins by the controls of both runs. */
  readonly margins: Margins;
}

function rowsOf(
  { definition, from, to, baseline, margins }: Place,
  one: ContenderResult,
  other: ContenderResult,
): ComparedRow[] {
  return definition.measures.flatMap((measure): ComparedRow[] => {
    if (measure.better === undefined) return [];
    const before = valueOf(one, measure);
    const after = valueOf(other, measure);
    const times = changeOf(one, other, measure);
    if (before === undefined || after === undefined || times === undefined) return [];
    const margin = margins(measure);
    const absolute = bounded(judged(times, measure, margin), before, after);
    const relative =
      baseline === undefined || baseline === one.name
        ? undefined
        : changeOfRatios(
            ratiosOf(from, measure, one.name, baseline),
            ratiosOf(to, measure, one.name, baseline),
          );
    const relativeChange =
      relative &&
      // Four processes instead of two take part; the squares of their differences add up.
      judged(relative, measure, (1 + margin) ** Math.SQRT2 - 1);
    const agreed = relativeChange === undefined || relativeChange.verdict === absolute.verdict;
    return [
      {
        experiment: definition.name,
        case: from.name,
        title: to.title,
        contender: one.name,
        kind: one.kind,
        measure,
        before,
        after,
        absolute,
        ...(relativeChange === undefined || baseline === undefined
          ? {}
          : { relative: { ...relativeChange, to: baseline } }),
        verdict: agreed ? absolute.verdict : 'unknown',
      },
    ];
  });
}

function valueOf(contender: ContenderResult, measure: Measure): Value | undefined {
  const estimate = measured(contender, measure);
  if (estimate === undefined) return undefined;
  return { value: estimate.value, isAtLeast: measure.isAtLeast?.(contender.rounds) ?? false };
}

/**
 * Withdraws a verdict that a lower bound does not prove. Only latencies have such bounds: the first
 * run's may have been longer, so nothing is worse than it, and the second run's may be longer, so
 * that is better than nothing.
 */
function bounded(change: Change, before: Value, after: Value): Change {
  const { verdict } = change;
  const isUnproven =
    (before.isAtLeast && verdict !== 'better') || (after.isAtLeast && verdict !== 'worse');
  return isUnproven ? { ...change, verdict: 'unknown' } : change;
}

function judged(times: Estimate, { better }: Measure, margin: number): Change {
  const verdict = verdictOf(times, margin);
  switch (verdict) {
    case 'equal':
      return { times, margin, verdict: 'no difference' };
    case 'unknown':
      return { times, margin, verdict };
    default:
      return { times, margin, verdict: verdict === better ? 'better' : 'worse' };
  }
}

function noteOnRounds(rows: readonly ComparedRow[]): string[] {
  const isFew = rows.some(({ absolute }) => absolute.times.rounds < MIN_ROUNDS);
  return isFew ? [`no verdict with fewer than ${MIN_ROUNDS} rounds: measure more`] : [];
}

/** Lists reasons why a change may not come from the program: another machine, version or option. */
function differencesOf(before: BenchResults, after: BenchResults): string[] {
  const [one, other] = [settingsOf(before), settingsOf(after)];
  const differing = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .map((key): [string, string, string] => [key, shown(one[key]), shown(other[key])])
    .filter(([, from, to]) => from !== to)
    .map(([key, from, to]) => `${key} differs: ${from}, then ${to}`);
  return [
    ...differing,
    ...(before.startedAt === after.startedAt ? ['both files are of the same run'] : []),
    ...(before.startedAt > after.startedAt ? ['the first file is of the later run'] : []),
  ];
}

function settingsOf({ machine, versions, options }: BenchResults): Record<string, unknown> {
  return {
    ...prefixed('machine: ', machine),
    'Node.js': versions.node,
    ...prefixed('package ', versions.packages),
    ...prefixed('option ', options),
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value);
}

function prefixed(prefix: string, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]),
  );
}

/**
 * Pairs the items of both runs, in the order of the first; adds items of one run only to `missing`.
 */
function pairsByName<Named extends { readonly name: string }>(
  before: readonly Named[],
  after: readonly Named[],
  where: string,
  missing: string[],
): [Named, Named][] {
  const names = new Map(after.map((one) => [one.name, one]));
  const pairs: [Named, Named][] = [];
  for (const one of before) {
    const other = names.get(one.name);
    names.delete(one.name);
    if (other === undefined) missing.push(`${where}${one.name} is in the first run only`);
    else pairs.push([one, other]);
  }
  for (const name of names.keys()) missing.push(`${where}${name} is in the second run only`);
  return pairs;
}
