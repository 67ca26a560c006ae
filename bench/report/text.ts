/**
 * A whole run as text: where it ran, each experiment with its question, its tables and what was seen, the bars, and
 * where the raw numbers are.
 *
 * Pure functions over bench/analysis/results.ts; the tables themselves are in table.ts and targets-table.ts.
 */
import { barsOf } from './targets.js';
import { barsTable, verdictOf } from './targets-table.js';
import type { Experiment, ExperimentResult } from '../analysis/experiment.js';
import { render, type Rendering } from '../analysis/numbers.js';
import type { BenchResults } from '../analysis/results.js';
import { generatorLine, tablesOf } from './table.js';
import { marginsOf, type Margins } from '../analysis/verdicts.js';

export function report(
  results: BenchResults,
  experiments: readonly Experiment[],
  files: readonly string[],
  rendering: Rendering,
): string {
  const { machine, versions, startedAt } = results;
  const where = [
    startedAt.slice(0, 10),
    machine.cpu,
    `${machine.cores} cores`,
    machine.kernel,
    `Node ${versions.node}`,
  ].join(', ');
  const margins = marginsOf(results.experiments);
  const parts = results.experiments.map((result) =>
    experimentText(
      experiments.find(({ name }) => name === result.name),
      result,
      margins,
      rendering,
    ),
  );
  const last = [generatorLine(results.experiments), ...files.map((path) => `Saved in ${path}`)];
  return `${[where, ...parts, ...barsText(results, rendering), last.join('\n')].join('\n\n')}\n`;
}

function experimentText(
  experiment: Experiment | undefined,
  result: ExperimentResult,
  margins: Margins,
  rendering: Rendering,
): string {
  if (experiment === undefined) return `${result.name}: not an experiment of this version.`;
  const heading = `${result.name}: ${experiment.question}`;
  const seen = `Seen: ${experiment.seen(result, margins)}`;
  return [
    rendering === 'markdown' ? `### ${heading}` : `── ${heading}`,
    ...tablesOf(experiment, result).map((table) => render(table, rendering)),
    ...(result.failed === undefined ? [] : [`FAILED: ${result.failed}`]),
    ...(result.remarks.length === 0 ? [] : [result.remarks.map((remark) => `Note: ${remark}`).join('\n')]),
    rendering === 'markdown' ? seen : wrapped(seen),
  ].join('\n\n');
}

function barsText(results: BenchResults, rendering: Rendering): string[] {
  // A run without peers knows few of them: the others would fill the screen with dashes.
  const bars = barsOf(results).filter((bar) => results.options.peers || verdictOf(bar) !== 'not measured');
  return bars.length === 0 ? [] : [render(barsTable(bars), rendering)];
}

const LINE_CHARACTERS = 100;

function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${LINE_CHARACTERS}})(?: |$)`, 'g'), '$1\n').trimEnd();
}
