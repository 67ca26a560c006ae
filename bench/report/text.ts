/**
 * A whole run as text: the machine, each experiment with its question, tables and findings, the
 * targets, the audit, and the paths of the saved files. Pure functions; table.ts, targets.ts and
 * audit.ts make the tables.
 */
import { printable } from '../../src/base/printable.js';
import type { Experiment, ExperimentResult, Margins } from '../analysis/experiment.js';
import { render, type Rendering } from '../analysis/numbers.js';
import type { BenchResults } from '../analysis/results.js';
import { marginsOf } from '../analysis/verdicts.js';
import { auditInWords, auditOf, auditTable } from './audit.js';
import { generatorLine, tablesOf } from './table.js';
import { judge, targetsOf, targetsTable } from './targets.js';

/** @param files the paths of the saved results and page */
export function report(
  results: BenchResults,
  experiments: readonly Experiment[],
  files: readonly string[],
  rendering: Rendering,
): string {
  const { machine, versions, startedAt, options } = results;
  const where = [
    startedAt.slice(0, 10),
    machine.cpu,
    `${machine.cores} cores`,
    machine.kernel,
    `Node ${versions.node}`,
  ].join(', ');
  const servers = (options.servers ?? []).map(
    ({ name, service, at }) => `${name}: ${printable(at)} (${service})`,
  );
  const margins = marginsOf(results.experiments);
  const parts = results.experiments.map((result) => {
    const experiment = experiments.find(({ name }) => name === result.name);
    if (experiment === undefined) return `${result.name}: not an experiment of this version.`;
    return experimentText(experiment, result, margins, rendering);
  });
  const last = [generatorLine(results.experiments), ...files.map((path) => `Saved in ${path}`)];
  return `${[[where, ...servers].join('\n'), ...parts, ...targetsText(results, rendering), auditText(results, experiments, rendering), last.join('\n')].join('\n\n')}\n`;
}

function experimentText(
  experiment: Experiment,
  result: ExperimentResult,
  margins: Margins,
  rendering: Rendering,
): string {
  const heading = `${result.name}: ${experiment.question}`;
  const seen = `Seen: ${experiment.seen(result, margins)}`;
  return [
    rendering === 'markdown' ? `### ${heading}` : `── ${heading}`,
    ...tablesOf(experiment, result).map((table) => render(table, rendering)),
    ...(result.failed === undefined ? [] : [`FAILED: ${result.failed}`]),
    ...(result.remarks.length === 0
      ? []
      : [result.remarks.map((remark) => `Note: ${remark}`).join('\n')]),
    rendering === 'markdown' ? seen : wrapped(seen),
  ].join('\n\n');
}

function targetsText(results: BenchResults, rendering: Rendering): string[] {
  // A run without peers measures few targets: the others would fill the screen with dashes.
  const targets = targetsOf(results).filter(
    (target) => results.options.peers || judge(target) !== 'not measured',
  );
  return targets.length === 0 ? [] : [render(targetsTable(targets), rendering)];
}

/** A terminal has the crimes that were not avoided; Markdown and the page have all. */
function auditText(
  results: BenchResults,
  experiments: readonly Experiment[],
  rendering: Rendering,
): string {
  const rows = auditOf(results, experiments);
  if (rendering === 'markdown') return render(auditTable(rows), rendering);
  return auditInWords(rows).map(wrapped).join('\n');
}

const LINE_CHARACTERS = 100;

function wrapped(text: string): string {
  return text.replace(new RegExp(`(.{1,${LINE_CHARACTERS}})(?: |$)`, 'g'), '$1\n').trimEnd();
}
