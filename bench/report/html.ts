/**
 * A run as one HTML file without network or script: for the disk, a phone or paper.
 *
 * Runs in the process of the command, after the run. plots.ts draws the pictures, which are also
 * saved next to the page; the caller makes the tables.
 */
import { join } from 'node:path';
import { makeFolder, writeFile } from '../../src/base/output-files.js';
import { escaped } from '../../src/plots/render.js';
import { THEME_CSS } from '../../src/plots/theme.js';
import type { Experiment, ExperimentResult } from '../analysis/experiment.js';
import type { TextTable } from '../analysis/numbers.js';
import type { BenchResults } from '../analysis/results.js';
import { marginsOf } from '../analysis/verdicts.js';
import { auditOf } from './audit.js';
import { plotsOf, type PlotPicture } from './plots.js';

/** The parts of the results file that the page shows. */
type Run = Pick<BenchResults, 'startedAt' | 'durationMs' | 'machine' | 'versions' | 'experiments'> &
  Partial<Pick<BenchResults, 'options'>>;

export interface ReportInput {
  readonly results: Run;
  /** The experiments of this version; the page has the order of the results. */
  readonly experiments: readonly Experiment[];
  readonly tablesOf: (experiment: Experiment, result: ExperimentResult) => readonly TextTable[];
  /** The path of the results file, or its name if the page is next to it. */
  readonly resultsName: string;
}

/** One experiment of the page. */
interface Chapter {
  readonly experiment: Experiment;
  readonly result: ExperimentResult;
  /** The experiment's sentence about its result. */
  readonly seen: string;
  readonly plots: readonly PlotPicture[];
  readonly tables: readonly TextTable[];
}

/** The name of the control experiment, which shows how far to trust the others. It comes last. */
const CONTROL = 'control';

/** All parts are inline, and the page forbids itself to load others. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** Returns the page; its links to the saved pictures are relative. */
export function htmlReport(input: ReportInput): string {
  return pageOf(input, chaptersOf(input));
}

/**
 * Writes report.html and each plot as `<experiment>-<plot>.svg` to the directory, which it creates
 * if necessary.
 * @returns the path of the page
 * @throws FileError in one line
 */
export function savePictures(directory: string, input: ReportInput): string {
  const chapters = chaptersOf(input);
  const path = join(directory, 'report.html');
  makeFolder(directory);
  for (const { experiment, plots } of chapters) {
    for (const plot of plots)
      writeFile(join(directory, fileOf(experiment.name, plot)), `${plot.svg}\n`);
  }
  writeFile(path, pageOf(input, chapters));
  return path;
}

function chaptersOf({ results, experiments, tablesOf }: ReportInput): Chapter[] {
  const margins = marginsOf(results.experiments);
  const isControl = ({ name }: ExperimentResult) => name === CONTROL;
  const inOrder = [
    ...results.experiments.filter((result) => !isControl(result)),
    ...results.experiments.filter(isControl),
  ];
  return inOrder.flatMap((result) => {
    const experiment = experiments.find(({ name }) => name === result.name);
    if (experiment === undefined) return [];
    const seen = experiment.seen(result, margins);
    const [plots, tables] = [plotsOf(experiment, result), tablesOf(experiment, result)];
    return [{ experiment, result, seen, plots, tables }];
  });
}

function pageOf(
  { results, experiments, resultsName }: ReportInput,
  chapters: readonly Chapter[],
): string {
  const date = `${results.startedAt.slice(0, 10)} ${results.startedAt.slice(11, 16)} UTC`;
  const unread = results.experiments
    .filter((result) => !experiments.some(({ name }) => name === result.name))
    .map(({ name }) => `${name}: not shown; this version does not know the experiment.`);
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
<p>${escaped(`${date}, on ${coresOf(results)}`)}</p>
</header>
<main>
<nav aria-label="Findings">
${summaryOf(chapters)}
${listOf('wrong', unread)}
</nav>
<div>
${chapters.map(chapterOf).join('\n')}
</div>
</main>
<footer>
<h2>How it was measured</h2>
<p>Each server and the load generator ran in a process of its own, on the same machine. The servers of a case were up
at the same time. After a warm-up they took turns, round by round, in a random order. Values are medians over the
rounds; percentiles come from the merged latencies of all rounds. Intervals are 95 % confidence intervals over the
rounds, or the range of fewer than five rounds.</p>
<p>A difference counts if the whole interval of a ratio is outside the margin: 5 %, or the certain difference of the
control if it is larger. If the whole interval is inside the margin, there is no difference. Otherwise, and with fewer
than five rounds, there is no verdict.</p>
<p>Methods, columns and sources: <code>docs/bench.md</code>. Raw results of every round:
<code>${escaped(resultsName)}</code>.</p>
<h2>Self-audit</h2>
<p>The 22 "benchmarking crimes" of van der Kouwe et al. (arXiv:1801.02381), and what the results of this run say about
each.</p>
${termsOf('', auditTerms(results, experiments))}
<h2>The run</h2>
${termsOf('facts', factsOf(results, date))}
</footer>
</body>
</html>
`;
}

function coresOf({ machine: { cores } }: Run): string {
  return `${cores} ${cores === 1 ? 'core' : 'cores'}`;
}

function factsOf(run: Run, date: string): [string, string][] {
  const { machine, versions, durationMs, options } = run;
  const servers = (options?.servers ?? []).map(({ name, service, at }): [string, string] => [
    name,
    `${at} (${service})`,
  ]);
  const packages = Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`);
  return [
    ['Started', `${date}, took ${formatDuration(durationMs)}`],
    ['Processor', `${machine.cpu}, ${coresOf(run)}`],
    ['Memory', `${(machine.memoryBytes / 1e9).toFixed(1)} GB`],
    ['System', `${machine.kernel}, ${machine.arch}`],
    ['Versions', [`Node ${versions.node}`, ...packages].join(', ')],
    ...servers,
  ];
}

function auditTerms(run: Run, experiments: readonly Experiment[]): [string, string][] {
  return auditOf(run, experiments).map(({ id, crime, verdict, evidence }) => [
    `${id} ${crime}: ${verdict}`,
    evidence,
  ]);
}

/** Lists a sentence per experiment. */
function summaryOf(chapters: readonly Chapter[]): string {
  const items = chapters.map((chapter) => {
    const name = escaped(chapter.experiment.name);
    return `<li><a href="#${name}">${name}</a>: ${sentenceOf(chapter)}</li>`;
  });
  return items.length === 0 ? '' : `<ul class="summary">\n${items.join('\n')}\n</ul>`;
}

function sentenceOf({ result, seen }: Chapter): string {
  const wrong = wrongIn(result).filter((line) => line.includes('FAILED')).length;
  const failures =
    wrong === 0 ? '' : ` <strong>(${wrong} ${wrong === 1 ? 'failure' : 'failures'})</strong>`;
  return `${escaped(seen)}${failures}`;
}

function chapterOf({ experiment, result, seen, plots, tables }: Chapter): string {
  const { name, question, prediction, lookAt } = experiment;
  const figures = plots.map((plot) => figureOf(name, plot)).join('\n');
  return `<section class="experiment" id="${escaped(name)}" aria-labelledby="${escaped(name)}-title">
<h2 id="${escaped(name)}-title"><span class="name">${escaped(name)}:</span> ${escaped(question)}</h2>
<p class="seen"><strong>Seen:</strong> ${escaped(seen)}</p>
${figures === '' ? '<p>No plot: there is nothing to draw.</p>' : `<div class="figures">\n${figures}\n</div>`}
${listOf('wrong', wrongIn(result))}
${termsOf('', [
  ['Prediction', prediction],
  ['Look at', lookAt],
])}
<details open><summary>${tables.length === 1 ? 'Table' : `${tables.length} tables`}</summary>
${tables.map(tableOf).join('\n')}
</details>
</section>`;
}

/** Returns the path of a picture, relative to the page. */
function fileOf(experiment: string, { name }: PlotPicture): string {
  return `${experiment}-${name}.svg`;
}

function figureOf(experiment: string, plot: PlotPicture): string {
  const file = fileOf(experiment, plot);
  return `<figure>${plot.svg}
<figcaption>Saved as <a href="${escaped(encodeURIComponent(file))}">${escaped(file)}</a></figcaption></figure>`;
}

/** Lists failures, then contenders that did not take part, then remarks. */
function wrongIn({ failed, cases, remarks }: ExperimentResult): string[] {
  const where = new Map<string, string[]>();
  for (const { name, contenders } of cases) {
    for (const contender of contenders) {
      const reason = contender.failed ?? contender.skipped;
      if (reason === undefined) continue;
      const verb = contender.failed === undefined ? 'skipped' : 'FAILED';
      const line = `${contender.name} ${verb}: ${reason}`;
      where.set(line, [...(where.get(line) ?? []), name]);
    }
  }
  const contenders = [...where].map(([line, names]) =>
    names.length === cases.length ? line : `${line} (${names.join(', ')})`,
  );
  return [...(failed === undefined ? [] : [`FAILED: ${failed}`]), ...contenders, ...remarks];
}

/**
 * Puts the table into a box that scrolls, also by keyboard, if the table is wider than the page.
 */
function tableOf({ title, head, rows, notes }: TextTable): string {
  const columns = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellOf).join('')}</tr>`).join('\n');
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escaped(title)}">
<table><caption>${escaped(title)}</caption>
<thead><tr>${columns}</tr></thead>
<tbody>
${body}
</tbody></table></div>
${listOf('notes', notes)}`;
}

function cellOf(cell: string, column: number): string {
  return column === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td>${escaped(cell)}</td>`;
}

/** Returns an empty text without lines, because HTML has no empty list. */
function listOf(className: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<ul class="${className}">${lines.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>`;
}

function termsOf(className: string, terms: readonly (readonly [string, string])[]): string {
  const pairs = terms.map(
    ([term, text]) => `<div><dt>${escaped(term)}</dt><dd>${escaped(text)}</dd></div>`,
  );
  return `<dl class="${className}">${pairs.join('\n')}</dl>`;
}

/** Formats a duration: `1 min 52 s`. */
function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}

/**
 * One column on a phone. On a wide screen the findings stay beside the experiments, so that they
 * and the first plot are on the first screen. An experiment per page on paper.
 */
const REPORT_CSS = `${THEME_CSS}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:112rem;margin:0 auto;padding:0 1rem}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 1.5rem;padding-top:1rem;padding-bottom:1rem}
header p{margin:0;color:var(--faint)}
h1{font-size:1.7rem;line-height:1.2;margin:0}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}
h2 .name{color:var(--faint);font-weight:400}
p,ul,dl{margin:.5rem 0;max-width:46rem}
a{color:inherit;text-decoration-color:var(--faint);text-underline-offset:.15em}
a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:2px solid currentColor;outline-offset:2px}
dt{font-weight:600;font-size:.9rem;color:var(--faint)}
dd{margin:0 0 .5rem}
.facts{display:flex;flex-wrap:wrap;gap:0 1.5rem}
.facts div{min-width:0}
.summary{padding-left:1.2rem;margin-top:0}
.summary li{margin:0 0 .5rem}
.experiment{border-top:1px solid var(--rule);padding-top:1.5rem;margin-top:2.5rem}
.experiment:first-child{border-top:0;padding-top:0;margin-top:0}
.seen{border-left:4px solid #0072b2;padding:.25rem 0 .25rem .9rem;font-size:1.1rem}
.wrong{border-left:4px solid #d55e00;padding:.25rem 0 .25rem .9rem;list-style:none}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem 2rem;margin:1rem 0}
figure{margin:0;max-width:46rem;min-width:0}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:.85rem;color:var(--faint)}
summary{cursor:pointer;font-weight:600;margin:.5rem 0}
.scroll{overflow-x:auto;margin:.75rem 0 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{padding:.25rem .55rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:400}
thead th{border-bottom:2px solid var(--faint)}
.notes{font-size:.9rem;color:var(--faint);padding-left:1.2rem}
footer{border-top:1px solid var(--rule);margin-top:2.5rem;padding-top:1.5rem;padding-bottom:2rem;font-size:.95rem}
@media screen and (min-width:64rem){main{display:grid;grid-template-columns:22rem minmax(0,1fr);gap:2.5rem}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;font-size:.95rem}}
@media screen and (max-width:63.99rem){.experiment:first-child{margin-top:2rem}}
@media print{@page{size:A4;margin:14mm}
html{font-size:9.5pt}
header,main,footer{padding:0;max-width:none}
.experiment{break-before:page;border-top:0;margin-top:0;padding-top:0}
.figures{grid-template-columns:1fr 1fr}
figure,tr,.seen,.wrong{break-inside:avoid}
h2,caption,summary{break-after:avoid}
.scroll{overflow:visible}
table{font-size:7pt}
th,td{padding:.15rem .25rem}
thead th,tbody th{white-space:normal}
tbody th{max-width:9rem;overflow-wrap:anywhere}
summary{list-style:none}
details::details-content{content-visibility:visible;display:block}}`;
