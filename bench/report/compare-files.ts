/**
 * What `handoff bench compare a.json b.json` does, apart from its command line: reads two results' files, compares
 * them, and says how the process is to end.
 *
 * The experiments' definitions are the caller's, since only bench/scenarios/ knows them. Read compare.ts next.
 */
import { comparisonJson, comparisonText, failOver } from './compare-report.js';
import { compareResults } from './compare.js';
import type { Experiment } from '../analysis/experiment.js';
import type { Rendering } from '../analysis/numbers.js';
import { readResults } from '../analysis/results-file.js';
import { StartError, UsageError } from '../../src/base/errors.js';
import { FEWEST_ROUNDS } from '../analysis/intervals.js';

interface CompareOptions {
  /** By how many per cent something may be worse; undefined: by any. */
  readonly failOverPercent?: number;
  /** The contender that the others are divided by; default: each experiment's own baseline. */
  readonly relativeTo?: string;
  readonly output: Rendering | 'json';
}

/** After `--fail-over`: something is certainly worse by more than that, or failed where it had worked before. */
const WORSE = 99;

/** Throws a StartError about a file that cannot be used, a UsageError about an option. */
export function compareFiles(
  beforePath: string,
  afterPath: string,
  definitions: readonly Experiment[],
  { failOverPercent, relativeTo, output }: CompareOptions,
): { readonly output: string; readonly exitStatus: 0 | typeof WORSE } {
  if (failOverPercent !== undefined && !(failOverPercent >= 0 && failOverPercent < Infinity)) {
    throw new UsageError('--fail-over takes a number of per cent, 0 or more');
  }
  const before = readResults(beforePath);
  const after = readResults(afterPath);
  const comparison = compareResults(before, after, definitions, relativeTo);
  const { rows, failed } = comparison;
  if (relativeTo !== undefined && !rows.some(({ relative }) => relative !== undefined)) {
    throw new UsageError(
      `no contender ${JSON.stringify(relativeTo)} was measured beside others in both runs`,
    );
  }
  // A gate that can never close is worse than none.
  const isGate = failOverPercent !== undefined && failed.length === 0;
  if (isGate && !rows.some(({ absolute }) => absolute.times.rounds >= FEWEST_ROUNDS)) {
    throw new StartError(
      `--fail-over needs runs of ${FEWEST_ROUNDS} rounds or more: with fewer nothing is certain`,
    );
  }
  const limit = failOverPercent === undefined ? undefined : failOver(comparison, failOverPercent);
  return {
    output: `${output === 'json' ? comparisonJson(comparison, limit) : comparisonText(comparison, output, limit)}\n`,
    exitStatus: limit !== undefined && limit.worse.length + failed.length > 0 ? WORSE : 0,
  };
}
