/**
 * What a contender left unserved in two runs of the bench: errors, clients without an answer, and
 * rounds without any. Rates and latencies can hide these: the median of a measure ignores a round
 * in which nothing was answered. Pure functions; compare.ts calls them.
 */
import type { ContenderResult, Measure, RoundResult } from '../analysis/experiment.js';
import { changeOfValues, MIN_ROUNDS } from '../analysis/intervals.js';
import { totalErrors } from '../generator/protocol/error-kinds.js';

type FailureKind = 'errors' | 'clients without an answer' | 'rounds without an answer';

/** One kind of failure of one contender in both runs. */
export interface FailureChange {
  readonly kind: FailureKind;
  readonly before: Occurrence;
  readonly after: Occurrence;
  /**
   * The certain part of the increase, as a factor: Infinity if only the second run has failures, 1
   * if no increase is certain.
   */
  readonly timesAtLeast: number;
}

/** How often failures of one kind occurred in a run. */
interface Occurrence {
  readonly total: number;
  /** The number of rounds in which they occurred. */
  readonly rounds: number;
  readonly ofRounds: number;
}

/**
 * Lists the failures that certainly increased, and all errors of the second run. Clients that wait
 * in both runs are no failure: an iterative server must leave them waiting.
 * @param measure the experiment's first one, which every round with an answer has
 */
export function failuresOf(
  before: ContenderResult,
  after: ContenderResult,
  measure: Measure,
): FailureChange[] {
  const counts: Readonly<Record<FailureKind, (round: RoundResult) => number>> = {
    errors: ({ errors }) => (errors ? totalErrors(errors) : 0),
    'clients without an answer': ({ values: { clientsUnanswered = 0, clientsWaiting = 0 } }) =>
      Math.max(clientsUnanswered, clientsWaiting),
    'rounds without an answer': (round) => (hasValue(round, measure) ? 0 : 1),
  };
  return Object.entries(counts).flatMap(([kind, countOf]): FailureChange[] => {
    const [from, to] = [before.rounds.map(countOf), after.rounds.map(countOf)];
    const change = {
      kind: kind as FailureKind,
      before: occurrenceOf(from),
      after: occurrenceOf(to),
      timesAtLeast: increaseOf(from, to),
    };
    const isListed = change.timesAtLeast > 1 || (kind === 'errors' && change.after.rounds > 0);
    return isListed ? [change] : [];
  });
}

function hasValue(round: RoundResult, measure: Measure): boolean {
  const value = measure.of(round);
  return value !== undefined && !(measure.better === 'higher' && value === 0);
}

function occurrenceOf(counts: readonly number[]): Occurrence {
  return {
    total: counts.reduce((sum, count) => sum + count, 0),
    rounds: counts.filter((count) => count > 0).length,
    ofRounds: counts.length,
  };
}

function increaseOf(before: readonly number[], after: readonly number[]): number {
  if (!after.some((count) => count > 0)) return 1;
  // A failure where there was none is no noise of the measurement, however few there are.
  if (!before.some((count) => count > 0)) return before.length === 0 ? 1 : Infinity;
  const times = changeOfValues(before, after);
  return times === undefined || times.rounds < MIN_ROUNDS ? 1 : Math.max(1, times.low);
}
