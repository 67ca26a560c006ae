/**
 * Results as CSV for R, pandas or a spreadsheet: long format, a line per round and measure. Pure
 * functions.
 *
 * Quoting and CR LF follow RFC 4180. Every line has all columns, so ratios can be computed within a
 * `round`, relative to `baseline`. Infinity is `Inf`, which R and pandas read. A round without a
 * value has no line.
 */
import { baselineOf } from '../analysis/estimates.js';
import type { Experiment, ExperimentResult, RoundResult } from '../analysis/experiment.js';

const HEAD =
  'experiment,case,x,clients,contender,kind,baseline,round,turn,measure,better,value'.split(',');

type Field = string | number | undefined;

/** Writes all raw values of an experiment without a definition. */
export function csvOf(
  { experiments }: { readonly experiments: readonly ExperimentResult[] },
  definitions: readonly Experiment[],
): string {
  const rows = experiments.flatMap((experiment) =>
    rowsOf(
      experiment,
      definitions.find(({ name }) => name === experiment.name),
    ),
  );
  return [HEAD, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

/** Returns the fields of each line, in the order of HEAD. */
function rowsOf(experiment: ExperimentResult, definition: Experiment | undefined): Field[][] {
  const baseline = definition && baselineOf(definition);
  return experiment.cases.flatMap(({ name, x, clients, contenders }) =>
    contenders.flatMap((contender) =>
      contender.rounds.flatMap((round) =>
        valuesOf(definition, round).map((fields) => [
          ...[experiment.name, name, x, clients, contender.name, contender.kind, baseline],
          ...[round.round, round.turn, ...fields],
        ]),
      ),
    ),
  );
}

/** Returns the fields measure, better and value of a round. */
function valuesOf(definition: Experiment | undefined, round: RoundResult): Field[][] {
  const values =
    definition?.measures.map(({ name, better, of }) => [name, better, of(round)]) ??
    Object.entries(round.values).map(([name, value]) => [name, undefined, value]);
  return values.filter(([, , value]) => value !== undefined && !Number.isNaN(value));
}

function quoted(value: Field): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value).replace('Infinity', 'Inf');
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
