/**
 * The results file of `handoff load`: what one generator, or several at once, have seen of a server.
 * This file makes it, reads it back, and merges several. docs/load.schema.json is the published
 * form. Pure functions, except for the reading.
 *
 * Everything in it can be added up: counts, rates of the same time, and histograms. Percentiles
 * cannot, so they are computed from the histogram, again after a merge.
 */
import { readFileSync } from 'node:fs';
import { StartError } from '../../src/base/errors.js';
import { Histogram, type HistogramJson } from '../../src/base/histogram.js';
import { fileError } from '../../src/base/part-file.js';
import { ERROR_KINDS, addedErrors, type ErrorCounts } from '../generator/protocol/error-kinds.js';
import type { LoadResult, OpenLoopResult } from '../generator/protocol/results.js';
import { withWaiting } from './measures.js';
import { histogram, isObject, list, number, object, record, text } from './shape.js';

export const LOAD_FORMAT = 1;
/** Of Poisson arrivals. */
export const MOST_SEED = 2 ** 32 - 1;

/** What was asked for. Loads that differ in it are not merged. */
export interface LoadDescription {
  /** `closed`: a client asks again when it has its answer; `open`: at a constant rate. */
  readonly loop: 'closed' | 'open';
  readonly connections: 'kept' | 'one per message';
  /** As text with escape sequences; see message.ts. */
  readonly message: string;
  readonly expect: string;
  /** Open loop: left out if the messages are due at even intervals. */
  readonly arrivals?: 'poisson';
}

/** One run of one generator. */
export interface LoadPart {
  /** Different for every run. */
  readonly id: string;
  /** ISO 8601, UTC: when the clients began to connect, and when the last answer had come. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** `host:port` as the user gave it. */
  readonly target: string;
  readonly clients: number;
  /** Open loop: requests a second that were asked for, of all clients together. */
  readonly ratePerSecond?: number;
  /** Poisson arrivals: the same seed gives the same times. */
  readonly seed?: number;
  readonly warmUpMs: number;
  /** Length of the measured window. */
  readonly seconds: number;
  /** Processor time of the generator in the window; 1 is one core, and then it may be the limit. */
  readonly generatorCpuShare: number;
}

export interface LoadResults {
  readonly format: typeof LOAD_FORMAT;
  readonly load: LoadDescription;
  readonly parts: readonly LoadPart[];
  readonly clients: number;
  readonly clientsServed: number;
  /** Right answers. Closed loop: within the window; open loop: to requests due within it. */
  readonly answers: number;
  /** Right answers a second within the window, added up over the parts. */
  readonly answersPerSecond: number;
  /** Open loop: requests due within the window. */
  readonly offered?: number;
  /** Open loop: requests never sent, because their connection was busy or lost. */
  readonly unsent?: number;
  /** Requests sent, but without an answer when the load ended. */
  readonly unanswered: number;
  readonly errors: ErrorCounts;
  readonly latency: HistogramJson;
  /** How many values of `latency` belong to requests without an answer: so long they had waited. */
  readonly lowerBounds: number;
  /** Open loop: how late the generator itself sent requests whose connection was free. */
  readonly lag?: HistogramJson;
  readonly percentilesNs: PercentilesNs;
}

export interface PercentilesNs {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

type Totals = Omit<LoadResults, 'format' | 'load' | 'parts' | 'clients' | 'percentilesNs'>;

export function closedLoopTotals(result: LoadResult): Totals {
  const { requests, seconds, errors, clientsServed, clientsUnanswered, latency } = result;
  const all = withWaiting(latency, result);
  return {
    clientsServed,
    answers: requests,
    answersPerSecond: requests / seconds,
    unanswered: errors.timeout + clientsUnanswered,
    errors,
    latency: all,
    lowerBounds: all.count - latency.count,
  };
}

export function openLoopTotals(result: OpenLoopResult): Totals {
  const { offered, answered, answeredInWindow, unanswered, unsent, seconds } = result;
  return {
    clientsServed: result.clientsServed,
    answers: answered,
    answersPerSecond: answeredInWindow / seconds,
    ...{ offered, unsent, unanswered },
    errors: result.errors,
    latency: result.corrected,
    lowerBounds: unanswered + unsent,
    lag: result.lag,
  };
}

export function loadResults(
  load: LoadDescription,
  parts: readonly LoadPart[],
  totals: Totals,
): LoadResults {
  return {
    ...{ format: LOAD_FORMAT, load, parts },
    clients: parts.reduce((sum, { clients }) => sum + clients, 0),
    ...totals,
    percentilesNs: percentilesOf(totals.latency),
  };
}

function percentilesOf(latency: HistogramJson): PercentilesNs {
  const all = Histogram.fromJSON(latency);
  const [p50, p90, p99, p999] = [50, 90, 99, 99.9].map((percent) => all.percentile(percent));
  return { p50: p50 ?? 0, p90: p90 ?? 0, p99: p99 ?? 0, p999: p999 ?? 0, max: all.maxNs };
}

/**
 * Whether a percentile falls on a request without an answer, so that the true one may be higher.
 * Such requests usually have the longest latencies.
 */
export function isLowerBound({ latency, lowerBounds }: LoadResults, percent: number): boolean {
  return lowerBounds > latency.count - Math.ceil((latency.count * percent) / 100);
}

interface NamedResults {
  /** The name of the file, for messages. */
  readonly name: string;
  readonly results: LoadResults;
}

/**
 * Adds up the results of several generators that loaded a server at the same time.
 * @throws StartError with the reason, if they have not measured the same load, or the same time
 */
export function mergeLoads(files: readonly [NamedResults, ...NamedResults[]]): LoadResults {
  const [first, ...others] = files;
  return others.reduce((sum, file) => {
    const reason = reasonAgainst(sum.results, file.results);
    if (reason !== undefined)
      throw new StartError(`${sum.name} and ${file.name} cannot be merged: ${reason}`);
    return { name: sum.name, results: sumOf(sum.results, file.results) };
  }, first).results;
}

const NOUNS: Readonly<Record<keyof LoadDescription, string>> = {
  loop: 'one is a closed loop, the other an open one',
  connections: 'one keeps its connections, the other makes one for each message',
  message: 'the messages differ',
  expect: 'the expected answers differ',
  arrivals: 'one has even arrivals, the other a Poisson process',
};

function reasonAgainst(one: LoadResults, other: LoadResults): string | undefined {
  for (const key of Object.keys(NOUNS) as (keyof LoadDescription)[]) {
    const [left = 'even', right = 'even'] = [one.load[key], other.load[key]];
    if (left !== right) return `${NOUNS[key]} (${left}; ${right})`;
  }
  const same = other.parts.find(({ id }) => one.parts.some((part) => part.id === id));
  if (same !== undefined)
    return `both have the run that started at ${same.startedAt}, which would count twice`;
  const apart = other.parts.find((part) => one.parts.some((its) => overlapOf(its, part) < 0.5));
  if (apart === undefined) return undefined;
  return (
    'they did not load the server at the same time, so their rates do not add up ' +
    `(${one.parts[0]?.startedAt ?? '?'}; ${apart.startedAt})`
  );
}

/** The share of the shorter run during which the other ran, too. */
function overlapOf(one: LoadPart, other: LoadPart): number {
  const [oneStart, oneEnd, start, end] = [
    one.startedAt,
    one.endedAt,
    other.startedAt,
    other.endedAt,
  ].map((time) => Date.parse(time)) as [number, number, number, number];
  const bothMs = Math.min(oneEnd, end) - Math.max(oneStart, start);
  return bothMs / Math.max(1, Math.min(oneEnd - oneStart, end - start));
}

function sumOf(one: LoadResults, other: LoadResults): LoadResults {
  const merged = (left: HistogramJson, right: HistogramJson) =>
    Histogram.fromJSON(left).merge(right).toJSON();
  const isOpen = one.load.loop === 'open';
  return loadResults(one.load, [...one.parts, ...other.parts], {
    clientsServed: one.clientsServed + other.clientsServed,
    answers: one.answers + other.answers,
    answersPerSecond: one.answersPerSecond + other.answersPerSecond,
    ...(isOpen && {
      offered: (one.offered ?? 0) + (other.offered ?? 0),
      unsent: (one.unsent ?? 0) + (other.unsent ?? 0),
    }),
    unanswered: one.unanswered + other.unanswered,
    errors: addedErrors(one.errors, other.errors),
    latency: merged(one.latency, other.latency),
    lowerBounds: one.lowerBounds + other.lowerBounds,
    ...(one.lag !== undefined && other.lag !== undefined && { lag: merged(one.lag, other.lag) }),
  });
}

/** @throws StartError that names the file, and the part of it that is wrong */
export function readLoad(path: string): LoadResults {
  let content;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
  let file: unknown;
  try {
    file = JSON.parse(content);
  } catch (error) {
    throw new StartError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(file) || !isObject(file['load']))
    throw new StartError(`${path} holds no results of handoff load`);
  if (file['format'] !== LOAD_FORMAT) {
    const format = JSON.stringify(file['format']);
    throw new StartError(`${path} has format ${format}, and this version reads ${LOAD_FORMAT}`);
  }
  const problem = checkFile(file, '') ?? checkOpenLoop(file);
  if (problem !== undefined)
    throw new StartError(`${path} is not a complete results file: ${problem}`);
  // Both checks have seen all parts that are read; the compiler cannot know that.
  return file as unknown as LoadResults;
}

const part = object({
  ...{ id: text, startedAt: text, endedAt: text, target: text },
  ...{ clients: number, warmUpMs: number, seconds: number, generatorCpuShare: number },
});
const checkFile = object({
  load: object({ loop: text, connections: text, message: text, expect: text }),
  parts: list(part),
  ...{ clients: number, clientsServed: number, answers: number, answersPerSecond: number },
  ...{ unanswered: number, lowerBounds: number, latency: histogram },
  errors: object(Object.fromEntries(ERROR_KINDS.map((kind) => [kind, number]))),
  percentilesNs: record(number),
});
const checkOpenParts = object({ offered: number, unsent: number, lag: histogram });

function checkOpenLoop(file: Readonly<Record<string, unknown>>): string | undefined {
  const { load } = file;
  return isObject(load) && load['loop'] === 'open' ? checkOpenParts(file, '') : undefined;
}
