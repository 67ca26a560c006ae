/**
 * Reads a results' file back, and checks its shape first: it may be of another version, or no results at all.
 *
 * Called by what works on files of earlier runs: bench/report/compare.ts, and who wants a file's CSV or plots again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../src/base/part-file.js';
import { StartError } from '../../src/base/errors.js';
import { FORMAT, RESULTS, type BenchResults } from './results.js';

/** Throws a StartError that says which file, and what of it, is wrong. */
export function readResults(path: string): BenchResults {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
  return parseResults(text, path);
}

/** `name` is what messages call it. */
export function parseResults(text: string, name: string): BenchResults {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new StartError(`${name} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(file) || !('format' in file) || !('startedAt' in file)) {
    throw new StartError(`${name} holds no results of the bench`);
  }
  if (file['format'] !== FORMAT) {
    const format = JSON.stringify(file['format']);
    throw new StartError(`${name} has format ${format}, and this version reads ${FORMAT}: measure again`);
  }
  const problem = checkFile(file);
  if (problem !== undefined) throw new StartError(`${name} is no whole results' file: ${problem}`);
  // checkFile has looked at what is relied upon, which the compiler cannot know.
  return file as unknown as BenchResults;
}

/** All runs on this machine, the latest first; what cannot be read, or is of another version, is passed over. */
export function* savedResults(
  directory = RESULTS,
): Iterable<{ readonly path: string; readonly results: BenchResults }> {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return; // nothing has been measured yet
  }
  for (const name of names.sort().reverse()) {
    const path = join(directory, name);
    const results = name.endsWith('.json') ? readable(path) : undefined;
    if (results !== undefined) yield { path, results };
  }
}

function readable(path: string): BenchResults | undefined {
  try {
    return readResults(path);
  } catch (error) {
    if (error instanceof StartError) return undefined;
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;
/** Undefined, or what is wrong, by its path in the file. */
type Check = (value: unknown, at: string) => string | undefined;

function checkFile(file: Json): string | undefined {
  return object({
    startedAt: text,
    durationMs: number,
    machine: object({ cpu: text, cores: number, memoryBytes: number, kernel: text, arch: text }),
    versions: object({ node: text, packages: record(text) }),
    options: object({}),
    experiments: list(
      object({
        name: text,
        remarks: list(text),
        cases: list(object({ name: text, title: text, contenders })),
      }),
    ),
  })(file, '');
}

const histogram = object({ count: number, sumNs: number, minNs: number, maxNs: number, buckets: list(pair) });
const round = object({ round: number, turn: number, values: record(number), latencies: record(histogram) });
const contenders = list(object({ name: text, kind: text, rounds: list(round) }));

function text(value: unknown, at: string): string | undefined {
  return typeof value === 'string' ? undefined : `${at} is no text`;
}

function number(value: unknown, at: string): string | undefined {
  return typeof value === 'number' ? undefined : `${at} is no number`;
}

function pair(value: unknown, at: string): string | undefined {
  const isPair = Array.isArray(value) && value.length === 2;
  return isPair ? firstProblem(value.map((item) => number(item, at))) : `${at} is no pair`;
}

function list(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    return firstProblem(value.map((item, index) => check(item, `${at}[${index}]`)));
  };
}

function record(check: Check): Check {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    return firstProblem(Object.entries(value).map(([key, item]) => check(item, `${at}.${key}`)));
  };
}

function object(checks: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    const entries = Object.entries(checks);
    return firstProblem(entries.map(([key, check]) => check(value[key], at === '' ? key : `${at}.${key}`)));
  };
}

function firstProblem(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
