/**
 * `handoff bench compare a.json b.json`: reads two results files, and shows their comparison as
 * text or JSON. Runs in the process of the command; compare.ts computes the comparison.
 */
import { StartError, UsageError } from '../../src/base/errors.js';
import { AT_LEAST } from '../analysis/estimates.js';
import type { Experiment, Measure } from '../analysis/experiment.js';
import { MIN_ROUNDS, type Estimate } from '../analysis/intervals.js';
import {
  DASH,
  formatCount,
  orDash,
  render,
  type Rendering,
  type TextTable,
} from '../analysis/numbers.js';
import { readResults } from '../analysis/results.js';
import { formatMargin, UNCERTAIN } from '../analysis/verdicts.js';
import {
  compareResults,
  isMoreBy,
  isWorseBy,
  type Change,
  type ChangeVerdict,
  type ComparedFailure,
  type ComparedRow,
  type Comparison,
  type Value,
} from './compare.js';

interface CompareOptions {
  /** The limit of `--fail-over` in per cent; undefined: no limit. */
  readonly failOverPercent?: number;
  /** The contender that all others are divided by; default: each experiment's baseline. */
  readonly relativeTo?: string;
  readonly output: Rendering | 'json';
}

/**
 * Exit status if a measure or the number of failures is certainly worse than the limit, or if a part
 * failed in the second run only.
 */
const WORSE = 99;

/**
 * Reads two results files, compares them, and decides the exit status of `handoff bench compare`.
 * @param definitions the experiments of this version
 * @throws StartError if a file cannot be used, or if no case has enough rounds for the limit
 * @throws UsageError if an option is wrong
 */
export function compareFiles(
  beforePath: string,
  afterPath: string,
  definitions: readonly Experiment[],
  { failOverPercent, relativeTo, output }: CompareOptions,
): { readonly output: string; readonly exitStatus: 0 | typeof WORSE } {
  if (failOverPercent !== undefined && !(failOverPercent >= 0 && failOverPercent < Infinity)) {
    throw new UsageError('--fail-over takes a percentage, 0 or more');
  }
  const before = readResults(beforePath);
  const after = readResults(afterPath);
  const comparison = compareResults(before, after, definitions, relativeTo);
  const { rows, failed } = comparison;
  const limit = failOverPercent === undefined ? undefined : failOver(comparison, failOverPercent);
  if (relativeTo !== undefined && !rows.some(({ relative }) => relative !== undefined)) {
    throw new UsageError(
      `--relative-to: both runs have no contender ${JSON.stringify(relativeTo)} next to others`,
    );
  }
  // Without enough rounds the limit could never fail.
  const isPassed = limit !== undefined && limit.failures.length + failed.length === 0;
  if (isPassed && !rows.some(({ absolute }) => absolute.times.rounds >= MIN_ROUNDS)) {
    throw new StartError(
      `--fail-over needs runs of ${MIN_ROUNDS} rounds or more: fewer give no verdict`,
    );
  }
  const isFailed =
    limit !== undefined && limit.worse.length + limit.failures.length + failed.length > 0;
  return {
    output: `${output === 'json' ? comparisonJson(comparison, limit) : comparisonText(comparison, output, limit)}\n`,
    exitStatus: isFailed ? WORSE : 0,
  };
}

/** The words for verdicts in the counts above the tables. */
const VERDICTS = {
  better: 'better',
  worse: 'worse',
  'no difference': 'without a difference',
  unknown: UNCERTAIN,
} as const;

/** What is beyond the limit of `--fail-over`. */
interface FailOver {
  readonly percent: number;
  readonly worse: readonly ComparedRow[];
  readonly failures: readonly ComparedFailure[];
}

export function failOver({ rows, failures }: Comparison, percent: number): FailOver {
  return {
    percent,
    worse: rows.filter((row) => isWorseBy(percent, row)),
    failures: failures.filter((failure) => isMoreBy(percent, failure)),
  };
}

export function comparisonText(
  comparison: Comparison,
  rendering: Rendering,
  limit?: FailOver,
): string {
  const { before, after, rows, warnings, missing, failed, failures } = comparison;
  const counts = Object.entries(VERDICTS).map(
    ([verdict, words]) => `${rows.filter((row) => row.verdict === verdict).length} ${words}`,
  );
  const notes = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...missing.map((one) => `not compared: ${one}`),
    ...failed.map((one) => `FAILED in the second run: ${one}`),
    ...failures.map(failureNote),
    ...limitNotes(limit),
  ];
  return [
    `From ${before} to ${after}: ${counts.join(', ')}.`,
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
    ...casesOf(rows).map((group) => render(tableOf(group), rendering)),
  ].join('\n\n');
}

/** Returns one JSON object; changes are in per cent as in the tables, `null` if infinite. */
export function comparisonJson({ rows, ...rest }: Comparison, limit?: FailOver): string {
  const change = ({ times, margin, verdict }: Change) => ({
    percent: percentOf(times.value),
    lowPercent: percentOf(times.low),
    highPercent: percentOf(times.high),
    rounds: times.rounds,
    marginPercent: margin * 100,
    verdict,
  });
  const row = ({ measure, absolute, relative, ...one }: ComparedRow) => ({
    experiment: one.experiment,
    case: one.case,
    contender: one.contender,
    kind: one.kind,
    measure: measure.name,
    better: measure.better,
    before: one.before.value,
    after: one.after.value,
    beforeIsAtLeast: one.before.isAtLeast,
    afterIsAtLeast: one.after.isAtLeast,
    change: change(absolute),
    ...(relative === undefined ? {} : { relativeChange: { to: relative.to, ...change(relative) } }),
    verdict: one.verdict,
  });
  const over = limit && { ...limit, worse: limit.worse.map(row) };
  return JSON.stringify({ ...rest, rows: rows.map(row), failOver: over }, undefined, 2);
}

function tableOf(rows: readonly ComparedRow[]): TextTable {
  const [first] = rows;
  const to = rows.find(({ relative }) => relative !== undefined)?.relative?.to;
  const relativeHead = to === undefined ? [] : [`relative to ${to}`];
  return {
    title: first === undefined ? '' : `${first.experiment}: ${first.title}`,
    head: ['server', 'measure', 'before', 'after', 'change (95 %)', ...relativeHead, 'verdict'],
    rows: rows.map(({ contender, measure, before, after, absolute, relative, verdict }) => [
      contender,
      measure.label,
      formatValue(measure, before),
      formatValue(measure, after),
      formatChange(absolute.times),
      ...(to === undefined ? [] : [orDash(relative?.times, formatChange)]),
      wordsFor(verdict, absolute, relative),
    ]),
    notes: [],
  };
}

function formatValue({ format }: Measure, { value, isAtLeast }: Value): string {
  return `${isAtLeast ? AT_LEAST : ''}${format(value)}`;
}

/** Two changes without a difference have the wider of their margins. */
function wordsFor(verdict: ChangeVerdict, ...changes: readonly (Change | undefined)[]): string {
  if (verdict === 'unknown') return VERDICTS.unknown;
  if (verdict !== 'no difference') return verdict;
  return `no difference beyond ${formatMargin(Math.max(...changes.map((change) => change?.margin ?? 0)))}`;
}

function failureNote(failure: ComparedFailure): string {
  const { experiment, case: name, contender, kind, before, after, timesAtLeast } = failure;
  const increase = timesAtLeast > 1 ? 'MORE ' : '';
  const counts = [before, after].map(({ total, rounds, ofRounds }) =>
    kind === 'rounds without an answer'
      ? `${formatCount(total)} of ${ofRounds}`
      : `${formatCount(total)} in ${rounds} of ${ofRounds} rounds`,
  );
  return `${increase}${kind}: ${experiment}, ${name}: ${contender}: ${counts.join(', then ')}`;
}

function limitNotes(limit: FailOver | undefined): string[] {
  if (limit === undefined) return [];
  const { percent, worse, failures } = limit;
  if (worse.length + failures.length === 0)
    return [`no measure is certainly more than ${percent} % worse`];
  return worse.map(({ experiment, case: name, contender, measure, absolute }) => {
    const what = `${experiment}, ${name}: ${contender}, ${measure.label}`;
    return `more than ${percent} % WORSE: ${what}: ${formatChange(absolute.times)}`;
  });
}

function casesOf(rows: readonly ComparedRow[]): ComparedRow[][] {
  const groups = new Map<string, ComparedRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.experiment, row.case]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/** Formats a change with its interval: `−12.3 % (−15.0 to −9.1)`. */
function formatChange({ value, low, high, rounds }: Estimate): string {
  const change = `${formatPercent(value)} %`;
  return rounds < 2
    ? `${change} (${DASH})`
    : `${change} (${formatPercent(low)} to ${formatPercent(high)})`;
}

function formatPercent(times: number): string {
  const percent = percentOf(times);
  if (percent === Infinity) return '+∞';
  const digits = Math.abs(percent).toFixed(1);
  return digits === '0.0' ? '0.0' : `${percent < 0 ? '−' : '+'}${digits}`;
}

function percentOf(times: number): number {
  return (times - 1) * 100;
}
