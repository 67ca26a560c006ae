/**
 * The tables of an experiment: one per case, a row per contender, a column per measure, with notes
 * and warnings below. Pure functions; bench/analysis/numbers.ts renders the tables.
 */
import {
  baselineOf,
  findContender,
  measured,
  othersShare,
  ratioOf,
  textOf,
} from '../analysis/estimates.js';
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  ExperimentResult,
  ValueName,
} from '../analysis/experiment.js';
import { DASH, formatEstimate, formatShare, orDash, type TextTable } from '../analysis/numbers.js';
import { littlesLawNote } from '../analysis/littles-law.js';
import { valueOf } from '../analysis/measures.js';
import { ERROR_KINDS } from '../generator/protocol/error-kinds.js';

/** Above this share of a core, the generator may be the bottleneck. */
const GENERATOR_LIMIT = 0.9;

/** Returns one table per case. */
export function tablesOf(experiment: Experiment, result: ExperimentResult): TextTable[] {
  return result.cases.map((one) => caseTable(experiment, one));
}

function caseTable(experiment: Experiment, result: CaseResult): TextTable {
  const baseline = dividedBy(experiment, result);
  const { measures } = experiment;
  // Columns without any value, and columns with the usual value in all rows, are left out.
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

/** Returns undefined if the baseline has no value, or if all other contenders are missing. */
function dividedBy(experiment: Experiment, result: CaseResult): string | undefined {
  const baseline = baselineOf(experiment);
  if (baseline === undefined || result.contenders.length < 2) return undefined;
  const contender = findContender(result, baseline);
  const [compared] = experiment.measures;
  return contender && measured(contender, compared) !== undefined ? baseline : undefined;
}

function notesOn(contender: ContenderResult, { closedLoop, clients }: CaseResult): string[] {
  const { name, skipped, failed, unsteady, rounds } = contender;
  const notes: string[] = [];
  if (skipped !== undefined) notes.push(`${name}: skipped, ${skipped}`);
  if (failed !== undefined) notes.push(`${name}: FAILED, ${failed}`);
  if (unsteady) notes.push(`${name}: the rate was not steady at the end of the warm-up`);
  const kinds = ERROR_KINDS.flatMap((kind) => {
    const count = rounds.reduce((total, { errors }) => total + (errors?.[kind] ?? 0), 0);
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  if (kinds.length > 0) notes.push(`${name}: errors: ${kinds.join(', ')}`);
  const share = medianOf(contender, 'generatorCpuShare') ?? 0;
  if (share > GENERATOR_LIMIT) {
    notes.push(
      `${name}: the generator used ${formatShare(share)} of a core; the server may be faster than this`,
    );
  }
  const waiting = waitingNote(contender, clients);
  if (waiting !== undefined) notes.push(waiting);
  const little = closedLoop && littlesLawNote(contender, medianOf(contender, 'clientsServed') ?? 0);
  return little === undefined ? notes : [...notes, little];
}

/**
 * Explains the `≥` before a percentile: the value is the window's length, not a measured latency.
 */
function waitingNote(
  { name, rounds }: ContenderResult,
  clients: number | undefined,
): string | undefined {
  const waiting = Math.max(...rounds.map(({ values }) => values.clientsWaiting ?? 0));
  if (clients === undefined || waiting <= 0) return undefined;
  return (
    `${name}: ${waiting} of ${clients} clients waited for the whole window without an answer; ` +
    "each counts with the window's length, a lower bound of its latency (≥)"
  );
}

function medianOf(contender: ContenderResult, name: ValueName): number | undefined {
  return measured(contender, valueOf(name, { label: name, format: String }))?.value;
}

/** A busy machine makes all numbers of the case unreliable, and their intervals wide. */
function noteOnOthers(result: CaseResult): string[] {
  const share = othersShare(result);
  if (share === undefined) return [];
  return [`other programs used ${formatShare(share)} of a core: measure again on a quiet machine`];
}

/** Returns one line about the generator's own load during the run. */
export function generatorLine(experiments: readonly ExperimentResult[]): string {
  const shares = experiments.flatMap(({ cases }) =>
    cases.flatMap(({ contenders }) =>
      contenders.flatMap(({ rounds }) =>
        rounds.flatMap(({ values }) => values.generatorCpuShare ?? []),
      ),
    ),
  );
  if (shares.length === 0) return 'The generator was not used.';
  // A share for each round of everything: possibly more than a call takes arguments.
  const least = shares.reduce((low, share) => Math.min(low, share));
  const busiest = shares.reduce((high, share) => Math.max(high, share));
  return `The generator used ${formatShare(least)} to ${formatShare(busiest)} of a core.`;
}
