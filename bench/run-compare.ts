/** `handoff bench compare` and `handoff bench report`: what is made of the files of earlier runs. Read compare.ts next. */
import { basename } from 'node:path';
import { comparisonJson, comparisonText, failOver } from './compare-report.js';
import { compareResults } from './compare.js';
import type { Rendering } from './format.js';
import { savePictures } from './html-report.js';
import { readResults } from './results-file.js';
import { scenarios } from './scenarios/all.js';
import { tablesOf } from './table.js';

export interface CompareOptions {
  readonly before: string;
  readonly after: string;
  /** Divide by this contender in place of each experiment's baseline. */
  readonly relativeTo: string | undefined;
  /** Per cent. */
  readonly failOver: number | undefined;
  readonly output: Rendering | 'json';
}

/** A measure has certainly become worse by more than `--fail-over` allows. */
const WORSE = 99;

/**
 * Prints what has changed between two files of results.
 * @returns the exit status
 * @throws StartError when a file cannot be read or is none of ours
 */
export function runCompare({ before, after, relativeTo, output, ...options }: CompareOptions): number {
  const comparison = compareResults(readResults(before), readResults(after), scenarios, relativeTo);
  const limit = options.failOver === undefined ? undefined : failOver(comparison, options.failOver);
  const text =
    output === 'json' ? comparisonJson(comparison, limit) : comparisonText(comparison, output, limit);
  process.stdout.write(`${text}\n`);
  return limit !== undefined && limit.worse.length > 0 ? WORSE : 0;
}

/** Makes the page and the pictures of a run again, and prints the page's path. */
export function runReport(path: string, directory: string): void {
  const results = readResults(path);
  const page = savePictures(directory, {
    results,
    experiments: scenarios,
    tablesOf,
    resultsName: basename(path),
  });
  process.stdout.write(`${page}\n`);
}
