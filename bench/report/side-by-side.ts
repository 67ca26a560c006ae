/**
 * Several runs side by side, such as those of one experiment under several versions of Node: a table
 * for each case, a column for each run. Pure functions; `handoff bench nodes` prints the tables, and
 * document-tables.ts puts them into documents.
 *
 * The runs are of different times, so no verdict is given: `handoff bench compare` judges two runs.
 */
import { AT_LEAST } from '../analysis/estimates.js';
import type { Experiment, Measure } from '../analysis/experiment.js';
import { DASH, type TextTable } from '../analysis/numbers.js';
import type { RunSummary, SummaryCase, SummaryValue } from '../analysis/summary.js';

/** The runs of a table, and the experiments that say how to show their measures. */
export interface Runs {
  readonly runs: readonly RunSummary[];
  readonly definitions: readonly Experiment[];
}

/**
 * Returns a table for each case that a run has, in the order of the runs.
 * @param measures their names; default: the first measure of the experiment that the case has
 */
export function sideBySide(all: Runs, measures: readonly string[] = []): TextTable[] {
  const keys = new Map<string, SummaryCase>();
  for (const one of all.runs.flatMap(({ cases }) => cases)) {
    const key = JSON.stringify([one.experiment, one.name]);
    if (!keys.has(key)) keys.set(key, one);
  }
  return [...keys.values()].flatMap((one) => caseTable(all, one, measures) ?? []);
}

/** Undefined if no run has the case, or none of the measures. */
export function caseTable(
  { runs, definitions }: Runs,
  { experiment, name }: Pick<SummaryCase, 'experiment' | 'name'>,
  names: readonly string[] = [],
): TextTable | undefined {
  const found = runs.map(({ cases }) =>
    cases.find((one) => one.experiment === experiment && one.name === name),
  );
  const some = found.find((one) => one !== undefined);
  const definition = definitions.find((one) => one.name === experiment);
  if (some === undefined || definition === undefined) return undefined;
  const measures = shownMeasures(definition, found, names);
  if (measures.length === 0) return undefined;
  const labels = labelsOf(runs);
  const rows = [...new Set(found.flatMap((one) => one?.contenders.map((each) => each.name) ?? []))];
  const cell = (run: SummaryCase | undefined, row: string, measure: Measure) => {
    const value = run?.contenders.find((each) => each.name === row)?.measures[measure.name];
    return value === undefined ? DASH : shown(value, measure, measures.length === 1);
  };
  return {
    title: measures.length === 1 ? `${some.title}: ${measures[0]?.label ?? ''}` : some.title,
    head: [
      'server',
      ...measures.flatMap((measure) =>
        labels.map((label) => (measures.length === 1 ? label : `${measure.label}, ${label}`)),
      ),
    ],
    rows: rows.map((row) => [
      row,
      ...measures.flatMap((measure) => found.map((run) => cell(run, row, measure))),
    ]),
    notes: notesOf(found, labels),
  };
}

/** One line about each run. */
export function runsInWords(runs: readonly RunSummary[]): string[] {
  const labels = labelsOf(runs);
  return runs.map(({ machine, startedAt, options }, index) => {
    const where = `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`;
    const load = `rounds of ${options.roundMs} ms, at most ${options.rounds}`;
    return `${labels[index] ?? ''}: ${startedAt.slice(0, 10)}, ${where}, ${load}`;
  });
}

/** `Node 26.10.0`; a second run under the same version has its number behind it. */
function labelsOf(runs: readonly RunSummary[]): string[] {
  const seen = new Map<string, number>();
  return runs.map(({ versions }) => {
    const label = `Node ${versions.node.replace(/^v/, '')}`;
    const number = (seen.get(label) ?? 0) + 1;
    seen.set(label, number);
    return number === 1 ? label : `${label} (${number})`;
  });
}

function shownMeasures(
  { measures }: Experiment,
  found: readonly (SummaryCase | undefined)[],
  names: readonly string[],
): Measure[] {
  const contenders = found.flatMap((one) => one?.contenders ?? []);
  const present = measures.filter(({ name }) => contenders.some((one) => name in one.measures));
  return names.length === 0
    ? present.slice(0, 1)
    : present.filter(({ name }) => names.includes(name));
}

function shown(
  { value, low, high, isAtLeast }: SummaryValue,
  { format }: Measure,
  withInterval: boolean,
): string {
  const text = `${isAtLeast ? AT_LEAST : ''}${format(value)}`;
  return withInterval && low !== high ? `${text} (${format(low)}–${format(high)})` : text;
}

/** Why contenders have no values: what a version of Node lacks, or what failed. */
function notesOf(found: readonly (SummaryCase | undefined)[], labels: readonly string[]): string[] {
  const where = new Map<string, string[]>();
  found.forEach((run, index) => {
    for (const { name, skipped, failed } of run?.contenders ?? []) {
      const reason = failed === undefined ? skipped : `FAILED: ${failed}`;
      if (reason === undefined) continue;
      // The reason names the version that it is about, which the labels say already.
      const line = `${name}: ${reason.replace(/; this is v[\d.]+$/, '')}`;
      where.set(line, [...(where.get(line) ?? []), labels[index] ?? '']);
    }
  });
  return [...where].map(([line, nodes]) => `${line} (${nodes.join(', ')})`);
}
