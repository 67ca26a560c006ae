/**
 * A run as one HTML file that needs nothing else: no network, no script, opened from the disk, on a phone or printed.
 *
 * Runs after a run, over its results alone. Its parts are in html/, the plots come from plots.ts, the tables from
 * whoever calls; the pictures are saved beside it, for a README or a slide. Read bench/report/html/experiment.ts next.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from '../../src/plots/render.js';
import type { Experiment, ExperimentResult } from '../analysis/experiment.js';
import type { TextTable } from '../analysis/numbers.js';
import { chapterOf, fileOf, wrongIn, type Chapter } from './html/experiment.js';
import { REPORT_CSS } from './html/style.js';
import { formatDuration, listOf, termsOf } from './html/text.js';
import { plotsOf } from './plots.js';
import type { Machine, Versions } from '../analysis/results.js';
import { marginsOf } from '../analysis/verdicts.js';

/** What is used of the results' file. */
interface Run {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly experiments: readonly ExperimentResult[];
}

export interface ReportInput {
  readonly results: Run;
  /** Those that can be read; the order is that of the results. */
  readonly experiments: readonly Experiment[];
  readonly tablesOf: (experiment: Experiment, result: ExperimentResult) => readonly TextTable[];
  /** The results' file, named as it should be read: beside the report, or its path. */
  readonly resultsName: string;
}

/** Of whom the control is, which everything else is to be judged by. */
const CONTROL = 'control';

/** Everything is inline, and the page forbids itself anything else. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The page; its links to the saved pictures are relative. */
export function htmlReport(input: ReportInput): string {
  return pageOf(input, chaptersOf(input));
}

/**
 * Writes report.html and each plot as `<experiment>-<plot>.svg` to the directory, which is made where there is none.
 * @returns the report's path.
 */
export function savePictures(directory: string, input: ReportInput): string {
  const chapters = chaptersOf(input);
  const path = join(directory, 'report.html');
  mkdirSync(directory, { recursive: true });
  for (const { experiment, plots } of chapters) {
    for (const plot of plots) writeFileSync(join(directory, fileOf(experiment.name, plot)), `${plot.svg}\n`);
  }
  writeFileSync(path, pageOf(input, chapters));
  return path;
}

function chaptersOf({ results, experiments, tablesOf }: ReportInput): Chapter[] {
  const margins = marginsOf(results.experiments);
  return results.experiments.flatMap((result) => {
    const experiment = experiments.find(({ name }) => name === result.name);
    if (experiment === undefined) return [];
    const seen = experiment.seen(result, margins);
    const [plots, tables] = [plotsOf(experiment, result), tablesOf(experiment, result)];
    return [{ experiment, result, seen, plots, tables }];
  });
}

function pageOf({ results, experiments, resultsName }: ReportInput, chapters: readonly Chapter[]): string {
  const date = `${results.startedAt.slice(0, 10)} ${results.startedAt.slice(11, 16)} UTC`;
  const unread = results.experiments
    .filter((result) => !experiments.some(({ name }) => name === result.name))
    .map(({ name }) => `${name}: not shown; this version does not know this experiment.`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>handoff bench, ${escaped(date)}</title>
<style>${REPORT_CSS}</style>
</head>
<body>
<header>
<h1>Server models compared</h1>
${termsOf('facts', factsOf(results, date))}
</header>
<main>
${summaryOf(chapters)}
${listOf('wrong', unread)}
${chapters.map(chapterOf).join('\n')}
</main>
<footer>
<h2>How it was measured</h2>
<p>Each server ran in a process of its own, the load generator in another, on the same machine. All contenders of
a case stood at once and took turns, round by round, in an order drawn anew for each round, after a warm-up. Values
are medians over the rounds, percentiles are those of all rounds' merged latencies; intervals are 95 % confidence
intervals over the rounds. A difference counts only where the whole interval of a ratio is beyond 5 %, or beyond what
the control differed by; no difference only where the whole interval is within. Otherwise, and of fewer than five rounds,
whose range stands in place of an interval, nothing is concluded.</p>
<p>Methods, columns and sources: <code>docs/bench.md</code>. Raw results of every round:
<code>${escaped(resultsName)}</code>.</p>
</footer>
</body>
</html>
`;
}

function factsOf({ machine, versions, durationMs }: Run, date: string): [string, string][] {
  const packages = Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`);
  return [
    ['Started', `${date}, took ${formatDuration(durationMs)}`],
    ['Processor', `${machine.cpu}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`],
    ['Memory', `${(machine.memoryBytes / 1e9).toFixed(1)} GB`],
    ['System', `${machine.kernel}, ${machine.arch}`],
    ['Versions', [`Node ${versions.node}`, ...packages].join(', ')],
  ];
}

/** A sentence for each experiment; that of the control first, for it says how far the others can be trusted. */
function summaryOf(chapters: readonly Chapter[]): string {
  const control = chapters.find(({ experiment }) => experiment.name === CONTROL);
  const others = chapters.filter((chapter) => chapter !== control);
  const verdict =
    control === undefined
      ? ''
      : `<p class="seen"><strong>Control:</strong> ${sentenceOf(control)} <a href="#${CONTROL}">More</a></p>`;
  const items = others.map(
    (chapter) =>
      `<li><a href="#${escaped(chapter.experiment.name)}">${escaped(chapter.experiment.name)}</a>: ${sentenceOf(chapter)}</li>`,
  );
  const list = items.length === 0 ? '' : `<ul class="summary">\n${items.join('\n')}\n</ul>`;
  return `<nav aria-label="Experiments">\n${verdict}\n${list}\n</nav>`;
}

function sentenceOf({ result, seen }: Chapter): string {
  const wrong = wrongIn(result).filter((line) => line.includes('FAILED')).length;
  const failures = wrong === 0 ? '' : ` <strong>(${wrong} ${wrong === 1 ? 'failure' : 'failures'})</strong>`;
  return `${escaped(seen)}${failures}`;
}
