/**
 * Two runs of the bench, compared: what has changed from the one to the other, and how sure that is.
 *
 * The rounds of two runs have nothing to do with each other, and the machine's speed may differ from run to run. So
 * there are two changes: of the measure itself, and of its ratio to a contender of the same run, in which such a
 * difference cancels. Pure; compare-report.ts shows what it gives, bench/analysis/results-file.ts reads the files.
 */
import { differencesOf, pairsByName } from './comparable.js';
import { baselineOf, changeOf, measured, ratiosOf } from '../analysis/estimates.js';
import type { CaseResult, ContenderResult, Experiment, Measure } from '../analysis/experiment.js';
import { changeOfRatios, FEWEST_ROUNDS, type Estimate } from '../analysis/intervals.js';
import type { BenchResults } from '../analysis/results.js';
import { marginsOf, verdictOf, type Margins } from '../analysis/verdicts.js';

/** `no difference`: none beyond the margin, which was shown; `unknown`: the interval is too wide to tell. */
export type ChangeVerdict = 'better' | 'worse' | 'no difference' | 'unknown';

export interface Change {
  /** How many times what it was before it is after. */
  readonly times: Estimate;
  /** Differences within it do not count; see bench/analysis/verdicts.ts. */
  readonly margin: number;
  readonly verdict: ChangeVerdict;
}

/** One measure of one contender in one case, in both runs. */
export interface ComparedRow {
  readonly experiment: string;
  readonly case: string;
  readonly title: string;
  readonly contender: string;
  readonly kind: ContenderResult['kind'];
  readonly measure: Measure;
  readonly before: number;
  readonly after: number;
  readonly absolute: Change;
  /** Of the ratio to the baseline of the same run; not of the baseline itself. */
  readonly relative?: Change & { readonly to: string };
  /** What both changes say, where there are two. The first alone may be the machine, the second the baseline. */
  readonly verdict: ChangeVerdict;
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** Why the runs may not be comparable. */
  readonly warnings: readonly string[];
  /** What is in one run only. */
  readonly missing: readonly string[];
  /** What was measured before and failed after. */
  readonly failed: readonly string[];
  readonly rows: readonly ComparedRow[];
}

/** `relativeTo`: a contender to divide by in place of each experiment's baseline. */
export function compareResults(
  before: BenchResults,
  after: BenchResults,
  definitions: readonly Experiment[],
  relativeTo?: string,
): Comparison {
  const missing: string[] = [];
  const failed: string[] = [];
  const rows: ComparedRow[] = [];
  const pairs = pairsByName(before.experiments, after.experiments, '', missing);
  const margins = marginsOf(before.experiments, after.experiments);
  for (const [experiment, later] of pairs) {
    const definition = definitions.find(({ name }) => name === experiment.name);
    if (definition === undefined) {
      missing.push(`${experiment.name}: this version knows no such experiment`);
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
            `${here}${one.name} has no rounds in the second run: ${other.skipped ?? 'unknown why'}`,
          );
        }
        const baseline = relativeTo ?? baselineOf(definition);
        rows.push(...rowsOf({ definition, from, to, baseline, margins }, one, other));
      }
    }
  }
  return {
    before: before.startedAt,
    after: after.startedAt,
    warnings: [...differencesOf(before, after), ...noteOnRounds(rows)],
    missing,
    failed,
    rows,
  };
}

/**
 * Got worse by more than so many per cent: the verdict is `worse`, and the whole interval of each change that is known,
 * absolute and relative, is beyond. For a rate, 20 % worse is at most 0.8 times; for a latency at least 1.2 times.
 */
export function isWorseBy(percent: number, { measure, verdict, absolute, relative }: ComparedRow): boolean {
  if (verdict !== 'worse') return false;
  const share = percent / 100;
  return [absolute, relative].every((change) => {
    if (change === undefined) return true;
    const { low, high } = change.times;
    return measure.better === 'higher' ? high < 1 - share : low > 1 + share;
  });
}

interface Place {
  readonly definition: Experiment;
  readonly from: CaseResult;
  readonly to: CaseResult;
  readonly baseline: string | undefined;
  /** By the controls of both runs. */
  readonly margins: Margins;
}

function rowsOf(
  { definition, from, to, baseline, margins }: Place,
  one: ContenderResult,
  other: ContenderResult,
): ComparedRow[] {
  return definition.measures.flatMap((measure): ComparedRow[] => {
    if (measure.better === undefined) return [];
    const before = measured(one, measure);
    const after = measured(other, measure);
    const times = changeOf(one, other, measure);
    if (before === undefined || after === undefined || times === undefined) return [];
    const margin = margins(measure);
    const absolute = judged(times, measure, margin);
    const relative =
      baseline === undefined || baseline === one.name
        ? undefined
        : changeOfRatios(
            ratiosOf(from, measure, one.name, baseline),
            ratiosOf(to, measure, one.name, baseline),
          );
    const beside =
      relative &&
      // Four processes in place of two, whose differences add up as their squares do.
      judged(relative, measure, (1 + margin) ** Math.SQRT2 - 1);
    const agreed = beside === undefined || beside.verdict === absolute.verdict;
    return [
      {
        experiment: definition.name,
        case: from.name,
        title: to.title,
        contender: one.name,
        kind: one.kind,
        measure,
        before: before.value,
        after: after.value,
        absolute,
        ...(beside === undefined || baseline === undefined ? {} : { relative: { ...beside, to: baseline } }),
        verdict: agreed ? absolute.verdict : 'unknown',
      },
    ];
  });
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
  const isFew = rows.some(({ absolute }) => absolute.times.rounds < FEWEST_ROUNDS);
  return isFew ? [`no verdict where there are fewer than ${FEWEST_ROUNDS} rounds: measure with more`] : [];
}
