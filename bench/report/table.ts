/**
 * An experiment's tables: one for each case, a row for each contender, a column for each measure, with notes and
 * warnings below.
 *
 * Pure functions over bench/analysis/experiment.ts; bench/analysis/numbers.ts renders what they give.
 */
import { baselineOf, findContender, measured, othersShare, ratioOf, textOf } from '../analysis/estimates.js';
import type { CaseResult, ContenderResult, Experiment, ExperimentResult } from '../analysis/experiment.js';
import { DASH, formatEstimate, formatShare, orDash, type TextTable } from '../analysis/numbers.js';
import { littlesLawNote } from '../analysis/littles-law.js';
import { ERROR_KINDS } from '../generator/protocol/error-kinds.js';

/** From this share of a core on, the generator may be what limits. */
const GENERATOR_LIMIT = 0.9;

export function tablesOf(experiment: Experiment, result: ExperimentResult): TextTable[] {
  return result.cases.map((one) => caseTable(experiment, one));
}

function caseTable(experiment: Experiment, result: CaseResult): TextTable {
  const baseline = dividedBy(experiment, result);
  const { measures } = experiment;
  // What no contender of the case has would be a column of dashes, and what all have alike is no news.
  const shown = measures.filter((measure) => {
    const values = result.contenders.flatMap((one) => measured(one, measure)?.value ?? []);
    return values.length > 0 && !(measure.isUsual && values.every(measure.isUsual));
  });
  const [compared] = measures;
  const rows = result.contenders.map((contender) => [
    contender.name,
    ...shown.map((measure) => textOf(contender, measure) ?? DASH),
    ...(baseline === undefined
      ? []
      : [
          contender.name === baseline
            ? '1'
            : orDash(ratioOf(result, compared, contender.name, baseline), formatEstimate),
        ]),
  ]);
  return {
    title: result.title,
    head: [
      'server',
      ...shown.map(({ label }) => label),
      ...(baseline === undefined ? [] : [`of ${baseline}`]),
    ],
    rows,
    notes: [...result.contenders.flatMap((one) => notesOn(one, result)), ...noteOnOthers(result)],
  };
}

/** Undefined where there is nothing to divide by, or nothing to be divided. */
function dividedBy(experiment: Experiment, result: CaseResult): string | undefined {
  const baseline = baselineOf(experiment);
  if (baseline === undefined || result.contenders.length < 2) return undefined;
  return findContender(result, baseline)?.rounds.length ? baseline : undefined;
}

function notesOn(contender: ContenderResult, { closedLoop, clients }: CaseResult): string[] {
  const { name, skipped, failed, unsteady, rounds } = contender;
  const notes: string[] = [];
  if (skipped !== undefined) notes.push(`${name}: skipped, ${skipped}`);
  if (failed !== undefined) notes.push(`${name}: FAILED, ${failed}`);
  if (unsteady) notes.push(`${name}: its rate was not yet steady when the warm-up had to end`);
  const kinds = ERROR_KINDS.flatMap((kind) => {
    const count = rounds.reduce((total, { errors }) => total + (errors?.[kind] ?? 0), 0);
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  if (kinds.length > 0) notes.push(`${name}: errors: ${kinds.join(', ')}`);
  const share = medianOf(contender, 'generatorCpuShare') ?? 0;
  if (share > GENERATOR_LIMIT) {
    notes.push(
      `${name}: the generator used ${formatShare(share)} of a core and may be what limits; this is a lower bound`,
    );
  }
  const waiting = waitingNote(contender, clients);
  if (waiting !== undefined) notes.push(waiting);
  const little = closedLoop && littlesLawNote(contender, medianOf(contender, 'clientsServed') ?? 0);
  return little === undefined ? notes : [...notes, little];
}

/** Why there is a `≥` before a percentile: it is the window's length, and says nothing more of the server. */
function waitingNote({ name, rounds }: ContenderResult, clients: number | undefined): string | undefined {
  const waiting = Math.max(...rounds.map(({ values }) => values['clientsWaiting'] ?? 0));
  if (clients === undefined || waiting <= 0) return undefined;
  return (
    `${name}: ${waiting} of ${clients} clients got no answer while they were measured; ` +
    "they are in the latencies with the window's length, the least that they waited (≥)"
  );
}

function medianOf(contender: ContenderResult, name: string): number | undefined {
  return measured(contender, { name, label: name, format: String, of: ({ values }) => values[name] })?.value;
}

/** A busy machine makes every figure of the case doubtful, and its intervals wide. */
function noteOnOthers(result: CaseResult): string[] {
  const share = othersShare(result);
  if (share === undefined) return [];
  return [`other programs used ${formatShare(share)} of a core meanwhile: measure again on a quiet machine`];
}

/** The generator's own load over a run: one line, so that nobody has to look into the file for it. */
export function generatorLine(experiments: readonly ExperimentResult[]): string {
  const shares = experiments.flatMap(({ cases }) =>
    cases.flatMap(({ contenders }) =>
      contenders.flatMap(({ rounds }) => rounds.flatMap(({ values }) => values['generatorCpuShare'] ?? [])),
    ),
  );
  if (shares.length === 0) return `The generator had nothing to do ${DASH} or did not say.`;
  const busiest = Math.max(...shares);
  return `The generator used ${formatShare(Math.min(...shares))} to ${formatShare(busiest)} of a core.`;
}
