/** The part of the report on one experiment: what was asked and expected, what was seen, its plots and tables. */
import { escaped } from '../../../src/plots/render.js';
import type { Experiment, ExperimentResult } from '../../analysis/experiment.js';
import type { TextTable } from '../../analysis/numbers.js';
import type { PlotPicture } from '../plots.js';
import { tableOf } from './table.js';
import { listOf, termsOf } from './text.js';

export interface Chapter {
  readonly experiment: Experiment;
  readonly result: ExperimentResult;
  /** What the experiment says of its result. */
  readonly seen: string;
  readonly plots: readonly PlotPicture[];
  readonly tables: readonly TextTable[];
}

export function chapterOf({ experiment, result, seen, plots, tables }: Chapter): string {
  const { name, question, prediction, lookAt } = experiment;
  const figures = plots.map((plot) => figureOf(name, plot)).join('\n');
  return `<section class="experiment" id="${escaped(name)}" aria-labelledby="${escaped(name)}-title">
<h2 id="${escaped(name)}-title"><span class="name">${escaped(name)}:</span> ${escaped(question)}</h2>
${termsOf('', [
  ['Prediction', prediction],
  ['Look at', lookAt],
])}
<p class="seen"><strong>Seen:</strong> ${escaped(seen)}</p>
${listOf('wrong', wrongIn(result))}
${figures === '' ? '<p>No plot: there is nothing to draw.</p>' : `<div class="figures">\n${figures}\n</div>`}
<details open><summary>${tables.length === 1 ? 'Table' : `${tables.length} tables`}</summary>
${tables.map(tableOf).join('\n')}
</details>
</section>`;
}

/** Where the picture is saved, relative to the report. */
export function fileOf(experiment: string, { name }: PlotPicture): string {
  return `${experiment}-${name}.svg`;
}

function figureOf(experiment: string, plot: PlotPicture): string {
  const file = fileOf(experiment, plot);
  return `<figure>${plot.svg}
<figcaption>Saved as <a href="${escaped(encodeURIComponent(file))}">${escaped(file)}</a></figcaption></figure>`;
}

/** Failures first, then who did not take part and where, then what was reduced. */
export function wrongIn({ failed, cases, remarks }: ExperimentResult): string[] {
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
