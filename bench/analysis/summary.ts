/**
 * A run in few numbers: of each contender and measure, the value over all rounds with its interval,
 * and the values of the rounds. Without the histograms of a results file, it is small enough to be
 * kept with the documents, whose tables are made from it (bench/report/document-tables.ts).
 */
import { readFileSync } from 'node:fs';
import { StartError } from '../../src/base/errors.js';
import { fileError } from '../../src/base/part-file.js';
import { measured } from './estimates.js';
import type { ContenderResult, Experiment, Measure } from './experiment.js';
import type { Estimate } from './intervals.js';
import { parseResults, type BenchResults } from './results.js';
import { isObject, list, number, object, record, text } from './shape.js';

const SUMMARY_FORMAT = 1;

export interface RunSummary extends Pick<
  BenchResults,
  'startedAt' | 'durationMs' | 'machine' | 'versions' | 'options'
> {
  /** Of this form; a results file has `format` instead. */
  readonly summary: typeof SUMMARY_FORMAT;
  readonly cases: readonly SummaryCase[];
}

export interface SummaryCase {
  readonly experiment: string;
  readonly name: string;
  readonly title: string;
  readonly contenders: readonly SummaryContender[];
}

interface SummaryContender {
  readonly name: string;
  readonly kind: ContenderResult['kind'];
  /** Why it has no values. */
  readonly skipped?: string;
  readonly failed?: string;
  /** By the name of the measure. */
  readonly measures: Readonly<Record<string, SummaryValue>>;
}

export interface SummaryValue extends Pick<Estimate, 'value' | 'low' | 'high'> {
  /** Whether the value is a lower bound. */
  readonly isAtLeast?: true;
  /** The value of each round that has one, in their order. */
  readonly rounds: readonly number[];
}

/** @param definitions the experiments of this version; others are left out */
export function summaryOf(results: BenchResults, definitions: readonly Experiment[]): RunSummary {
  const { startedAt, durationMs, machine, versions, options, experiments } = results;
  return {
    summary: SUMMARY_FORMAT,
    ...{ startedAt, durationMs, machine, versions, options },
    cases: experiments.flatMap(({ name: experiment, cases }) => {
      const definition = definitions.find(({ name }) => name === experiment);
      if (definition === undefined) return [];
      return cases.map(({ name, title, contenders }) => ({
        ...{ experiment, name, title },
        contenders: contenders.map((one) => summaryOfContender(one, definition)),
      }));
    }),
  };
}

function summaryOfContender(
  contender: ContenderResult,
  { measures }: Experiment,
): SummaryContender {
  const { name, kind, skipped, failed } = contender;
  const values = measures.flatMap((measure): [string, SummaryValue][] => {
    const value = summaryValue(contender, measure);
    return value === undefined ? [] : [[measure.name, value]];
  });
  return {
    ...{ name, kind },
    ...(skipped !== undefined && { skipped }),
    ...(failed !== undefined && { failed }),
    measures: Object.fromEntries(values),
  };
}

function summaryValue(contender: ContenderResult, measure: Measure): SummaryValue | undefined {
  const estimate = measured(contender, measure);
  if (estimate === undefined) return undefined;
  const { value, low, high } = estimate;
  const rounds = contender.rounds.map(measure.of).filter((one) => one !== undefined);
  return {
    ...{ value: short(value), low: short(low), high: short(high) },
    ...(measure.isAtLeast?.(contender.rounds) && { isAtLeast: true as const }),
    rounds: rounds.map(short),
  };
}

/** Five digits are more than an interval allows, and keep the file small. */
function short(value: number): number {
  return Number(value.toPrecision(5));
}

/** A line for each contender, so that a new run changes lines, not one long line. */
export function summaryJson({ cases, ...run }: RunSummary): string {
  const head = JSON.stringify(run).slice(0, -1);
  const lines = cases.map(({ contenders, ...one }) => {
    const all = contenders.map((contender) => `  ${JSON.stringify(contender)}`).join(',\n');
    return `${JSON.stringify(one).slice(0, -1)},"contenders":[\n${all}\n]}`;
  });
  return `${head},"cases":[\n${lines.join(',\n')}\n]}\n`;
}

/**
 * Reads a summary, or a results file, whose summary it makes.
 * @throws StartError that names the file and what is wrong with it
 */
export function readSummary(path: string, definitions: readonly Experiment[]): RunSummary {
  let content;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
  const file = parsed(content);
  if (!isObject(file) || !('summary' in file))
    return summaryOf(parseResults(content, path), definitions);
  if (file['summary'] !== SUMMARY_FORMAT)
    throw new StartError(`${path} is a summary of another format: make it again`);
  const problem = checkSummary(file, '');
  if (problem !== undefined) throw new StartError(`${path} is not a complete summary: ${problem}`);
  // checkSummary has seen all parts that are read; the compiler cannot know that.
  return file as unknown as RunSummary;
}

/** Undefined for what is no JSON: parseResults says so. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

const value = object({ value: number, low: number, high: number, rounds: list(number) });
const contenders = list(object({ name: text, kind: text, measures: record(value) }));
const checkSummary = object({
  startedAt: text,
  machine: object({ cpu: text, cores: number, memoryBytes: number, kernel: text, arch: text }),
  versions: object({ node: text }),
  cases: list(object({ experiment: text, name: text, title: text, contenders })),
});
