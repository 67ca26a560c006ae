/**
 * A table of the latest numbers of a model on this machine, from the newest run of each experiment.
 * Runs in the process of `handoff explain`; bench/analysis/results.ts finds the runs.
 */
import { measured, ratioOf } from '../analysis/estimates.js';
import type { CaseResult, Experiment, ExperimentResult, Measure } from '../analysis/experiment.js';
import { formatEstimate, render } from '../analysis/numbers.js';
import type { Estimate } from '../analysis/intervals.js';
import { wrap } from '../../src/base/wrap.js';
import { savedResults, type BenchResults } from '../analysis/results.js';
import { scenarios } from '../scenarios/all.js';

/** The experiments that characterise a model best, in the order of the table. */
const EXPERIMENTS = [
  'echo',
  'churn',
  'slow-client',
  'cpu-bound',
  'io-wait',
  'mixed',
  'fan-out',
  'web',
  'idle',
  'hand-off',
];
const BASELINE = 'event-loop';
const HOW = '`make bench` takes about two minutes, `make bench-full` measures everything.';

/**
 * Returns the table, or how to measure if there is no run.
 * @param directory of the saved runs; default: where the bench saves them
 * @param columns width of the terminal; a wider table becomes a list
 */
export function lastNumbers(model: string, directory?: string, columns = Infinity): string {
  const newest = new Map<
    string,
    { readonly run: BenchResults; readonly result: ExperimentResult }
  >();
  for (const run of savedResults(directory)) {
    for (const result of run.experiments) {
      const isKnown = result.cases.some((one) => hasRounds(one, model));
      if (isKnown && !newest.has(result.name)) newest.set(result.name, { run, result });
    }
  }
  const rows: string[][] = [];
  const machines = new Set<string>();
  for (const name of EXPERIMENTS) {
    const experiment = scenarios.find((one) => one.name === name);
    const found = newest.get(name);
    if (experiment === undefined || found === undefined) continue;
    const { run, result } = found;
    const some = endsOf(result.cases.filter((one) => hasRounds(one, model))).flatMap((one) =>
      rowOf(experiment, one, model),
    );
    rows.push(...some.map((row) => [...row, run.startedAt.slice(0, 10)]));
    if (some.length > 0)
      machines.add(`${run.machine.cpu}, ${run.machine.cores} cores, Node ${run.versions.node}`);
  }
  if (rows.length === 0) {
    const texts = [`No run on this machine has measured ${model} yet.`, HOW];
    return texts.flatMap((text) => wrap(text, columns)).join('\n');
  }
  const head = ['experiment', 'measured', ...(model === BASELINE ? [] : [`of ${BASELINE}`]), 'on'];
  const where = `Latest results on this machine (${[...machines].join('; ')}):`;
  const title = wrap(where, columns);
  const notes = rows.some((row) => row.join().includes('('))
    ? ['In brackets: 95 % intervals, or the range of fewer than five rounds.']
    : [];
  const table = render({ title: title.join('\n'), head, rows, notes }, 'terminal');
  const isTooWide = table.split('\n').some((line) => line.length > columns);
  if (!isTooWide) return table;
  const list = [...rows.map((row) => listItem(head, row)), ...notes];
  return [...title, ...list.flatMap((line) => wrap(line, columns, '', '    '))].join('\n');
}

/** A row of the table as a line of text. */
function listItem(
  [, , ...headings]: readonly string[],
  [name, value, ...others]: string[],
): string {
  const facts = others.map((cell, index) => `${headings[index] ?? ''} ${cell}`);
  return `  ${name ?? ''}: ${[value, ...facts].join('; ')}`;
}

/** Keeps the first and the last case; the report has the others. */
function endsOf(cases: readonly CaseResult[]): CaseResult[] {
  const last = cases.at(-1);
  return [...cases.slice(0, 1), ...(last !== undefined && cases.length > 1 ? [last] : [])];
}

function rowOf({ name, measures }: Experiment, one: CaseResult, model: string): string[][] {
  const contender = one.contenders.find((candidate) => candidate.name === model);
  const [measure] = measures;
  const value = contender && measured(contender, measure);
  if (value === undefined) return [];
  const ratio = ratioOf(one, measure, model, BASELINE);
  const relative = model === BASELINE ? [] : [ratio === undefined ? '' : formatEstimate(ratio)];
  const title = one.name === name ? name : `${name}, ${one.name}`;
  return [[title, `${measure.label} ${withInterval(value, measure)}`, ...relative]];
}

function withInterval({ value, low, high }: Estimate, { format }: Measure): string {
  return low === high ? format(value) : `${format(value)} (${format(low)}–${format(high)})`;
}

function hasRounds({ contenders }: CaseResult, name: string): boolean {
  return contenders.some((one) => one.name === name && one.rounds.length > 0);
}
