/**
 * The pictures of an experiment, one per plot: lines over its axis, or rows without an axis.
 *
 * Pure functions over the results of a run: the same results give the same bytes. A picture names
 * missing values and why. html.ts shows the pictures; read bench/report/plots/points.ts next.
 */
import type { Experiment, ExperimentResult, PlotSpec } from '../analysis/experiment.js';
import { framed } from './plots/frame.js';
import { linesOf } from './plots/lines.js';
import { pointsOf, type Points } from './plots/points.js';
import { rowsOf } from './plots/rows.js';
import { clean, shortened } from './plots/text.js';

export interface PlotPicture {
  /** Unique within the experiment: letters, digits, dashes. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

const ALT_CHARACTERS = 600;

/** Leaves out a plot without cases. */
export function plotsOf(experiment: Experiment, result: ExperimentResult): PlotPicture[] {
  return experiment.plots.flatMap((spec) => {
    const found = pointsOf(spec, experiment, result.cases);
    if (found.points.length === 0) return [];
    const rows =
      experiment.axis.scale === 'none' || new Set(found.cases.map(({ x }) => x)).size === 1;
    const drawn = rows ? rowsOf(spec, found) : linesOf(spec, experiment, found);
    const { points, notes } = found;
    const svg = framed(drawn, { spec, points, notes, label: inWords(spec, found) });
    return [{ name: spec.name, title: spec.title, svg }];
  });
}

/** Returns the title and the values of the last case, for readers who cannot see the picture. */
function inWords({ title, measure }: PlotSpec, { points, cases }: Points): string {
  const last = cases.at(-1);
  const values = points
    .filter(({ inCase, dashed }) => inCase === last && !dashed)
    .map(({ contender, text }) => `${contender} ${text}`);
  const where = cases.length > 1 && last ? ` at ${last.name}` : '';
  return shortened(
    clean(`${title}: ${measure.label}${where}: ${values.join('; ')}`),
    ALT_CHARACTERS,
  );
}
