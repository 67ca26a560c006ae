/** A comparison of two runs as people read it, and as JSON. Pure; compare.ts computes what is shown. */
import { isWorseBy, type Change, type ChangeVerdict, type ComparedRow, type Comparison } from './compare.js';
import { DASH, orDash, render, type Rendering, type TextTable } from '../analysis/numbers.js';
import type { Estimate } from '../analysis/intervals.js';
import { formatMargin } from '../analysis/verdicts.js';

/** How many of each are counted at the top, and in which words. */
const VERDICTS = {
  better: 'better',
  worse: 'worse',
  'no difference': 'without a difference',
  unknown: 'too uncertain to tell',
} as const;

/** What was found beyond the limit of `--fail-over`. */
interface FailOver {
  readonly percent: number;
  readonly worse: readonly ComparedRow[];
}

export function failOver({ rows }: Comparison, percent: number): FailOver {
  return { percent, worse: rows.filter((row) => isWorseBy(percent, row)) };
}

export function comparisonText(comparison: Comparison, rendering: Rendering, limit?: FailOver): string {
  const { before, after, rows, warnings, missing, failed } = comparison;
  const counts = Object.entries(VERDICTS).map(
    ([verdict, words]) => `${rows.filter((row) => row.verdict === verdict).length} ${words}`,
  );
  const notes = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...missing.map((one) => `not compared: ${one}`),
    ...failed.map((one) => `FAILED in the second run: ${one}`),
    ...limitNotes(limit),
  ];
  return [
    `From ${before} to ${after}: ${counts.join(', ')}.`,
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
    ...casesOf(rows).map((group) => render(tableOf(group), rendering)),
  ].join('\n\n');
}

/** One object; changes are in per cent, as in the tables, and `null` where they have no end. */
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
    before: one.before,
    after: one.after,
    change: change(absolute),
    ...(relative === undefined ? {} : { relativeChange: { to: relative.to, ...change(relative) } }),
    verdict: one.verdict,
  });
  const over = limit && { percent: limit.percent, worse: limit.worse.map(row) };
  return JSON.stringify({ ...rest, rows: rows.map(row), failOver: over }, undefined, 2);
}

function tableOf(rows: readonly ComparedRow[]): TextTable {
  const [first] = rows;
  const to = rows.find(({ relative }) => relative !== undefined)?.relative?.to;
  const beside = to === undefined ? [] : [`beside ${to}`];
  return {
    title: first === undefined ? '' : `${first.experiment}: ${first.title}`,
    head: ['server', 'measure', 'before', 'after', 'change (95 %)', ...beside, 'verdict'],
    rows: rows.map(({ contender, measure, before, after, absolute, relative, verdict }) => [
      contender,
      measure.label,
      measure.format(before),
      measure.format(after),
      formatChange(absolute.times),
      ...(to === undefined ? [] : [orDash(relative?.times, formatChange)]),
      wordsFor(verdict, absolute, relative),
    ]),
    notes: [],
  };
}

/** Of two changes, both without a difference, the wider margin. */
function wordsFor(verdict: ChangeVerdict, ...changes: readonly (Change | undefined)[]): string {
  if (verdict === 'unknown') return VERDICTS.unknown;
  if (verdict !== 'no difference') return verdict;
  return `no difference beyond ${formatMargin(Math.max(...changes.map((change) => change?.margin ?? 0)))}`;
}

function limitNotes(limit: FailOver | undefined): string[] {
  if (limit === undefined) return [];
  const { percent, worse } = limit;
  if (worse.length === 0) return [`nothing is certainly more than ${percent} % worse`];
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

/** `−12.3 % (−15.0 to −9.1)` */
function formatChange({ value, low, high, rounds }: Estimate): string {
  const change = `${formatPercent(value)} %`;
  return rounds < 2 ? `${change} (${DASH})` : `${change} (${formatPercent(low)} to ${formatPercent(high)})`;
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
