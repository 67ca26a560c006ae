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

const COLUMNS = [
  ...['experiment', 'case', 'x', 'clients', 'contender', 'kind', 'baseline'],
  ...['round', 'turn', 'measure', 'better', 'value'],
] as const;

type Line = Readonly<Record<(typeof COLUMNS)[number], string | number | undefined>>;
type Column = Pick<Line, 'measure' | 'better'> & {
  readonly of: (round: RoundResult) => number | undefined;
};

/** Writes all raw values of an experiment without a definition. */
export function csvOf(
  { experiments }: { readonly experiments: readonly ExperimentResult[] },
  definitions: readonly Experiment[],
): string {
  const lines = experiments.flatMap((experiment) =>
    linesOf(
      experiment,
      definitions.find(({ name }) => name === experiment.name),
    ),
  );
  const rows = lines.map((line) => COLUMNS.map((column) => line[column]));
  return [COLUMNS, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function linesOf({ name, cases }: ExperimentResult, definition: Experiment | undefined): Line[] {
  const baseline = definition && baselineOf(definition);
  return cases.flatMap((result) =>
    result.contenders.flatMap((contender) =>
      contender.rounds.flatMap((round) =>
        columnsOf(definition, round).flatMap(({ measure, better, of }): Line[] => {
          const value = of(round);
          if (value === undefined || Number.isNaN(value)) return [];
          return [
            {
              experiment: name,
              case: result.name,
              x: result.x,
              clients: result.clients,
              contender: contender.name,
              kind: contender.kind,
              baseline,
              round: round.round,
              turn: round.turn,
              measure,
              better,
              value,
            },
          ];
        }),
      ),
    ),
  );
}

function columnsOf(definition: Experiment | undefined, { values }: RoundResult): Column[] {
  if (definition !== undefined) {
    return definition.measures.map(({ name, better, of }) => ({ measure: name, better, of }));
  }
  return Object.entries(values).map(([measure, value]) => ({ measure, better: undefined, of: () => value }));
}

function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value).replace('Infinity', 'Inf');
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
