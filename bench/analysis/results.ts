/**
 * The results file of a run, <time>.json in {@link defaultFolder}: all that was measured, raw enough to be
 * judged again. This file writes it (for bench/run/run.ts), reads it back and checks its shape;
 * experiment.ts has the shape of an experiment's part.
 *
 * The format is stable: a change that old readers would misread raises `format`. Times are in the
 * unit of their name, shares are of one core, memory is in bytes.
 */
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../src/base/errors.js';
import { makeFolder, writeFile } from '../../src/base/output-files.js';
import { fileError } from '../../src/base/part-file.js';
import type { ExperimentResult } from './experiment.js';
import { histogram, isObject, list, number, object, record, text } from './shape.js';

export const FORMAT = 2;

export interface BenchResults {
  readonly format: typeof FORMAT;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly options: RunOptions;
  readonly experiments: readonly ExperimentResult[];
}

interface RunOptions {
  readonly peers: boolean;
  readonly rounds: number;
  readonly roundMs: number;
  /** Of the experiment open-loop; left out if they are even. */
  readonly arrivals?: 'poisson';
  /** The user's own servers, each with its command or address; left out if there are none. */
  readonly servers?: readonly ServerDescription[];
}

interface ServerDescription {
  readonly name: string;
  readonly service: string;
  readonly at: string;
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly arch: string;
}

interface Versions {
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** This module runs from dist/bench/analysis/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: `${platform()} ${release()}`,
    arch: arch(),
  };
}

/**
 * Where runs are kept: `bench/results` of the program. It is `bench-results` in the current folder if
 * the program is in a `node_modules`, which the next installation empties, or cannot be written to.
 * @param program folder of the program
 */
export function defaultFolder(program = ROOT): string {
  const isOurs = !program.includes('/node_modules/') && isWritable(program);
  return isOurs ? join(program, 'bench', 'results') : resolve('bench-results');
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns the versions of the installed packages, not the ranges that package.json allows. */
export function installedVersions(): Versions {
  const manifest = readJson(join(ROOT, 'package.json')) as {
    dependencies?: Record<string, string>;
  };
  const packages = Object.keys(manifest.dependencies ?? {}).map((name): [string, string] => {
    const installed = readJson(join(ROOT, 'node_modules', name, 'package.json')) as {
      version?: string;
    };
    return [name, installed.version ?? 'unknown'];
  });
  return { node: process.version, packages: Object.fromEntries(packages) };
}

/**
 * Creates the directory for results before anything is measured.
 * @throws StartError if the directory cannot be created or written to
 */
export function prepareResults(directory = defaultFolder()): void {
  makeFolder(directory);
  try {
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw fileError('write', directory, error);
  }
}

/**
 * Writes the results to a file named after their start, with dashes in place of colons.
 * @returns the path of the file
 * @throws FileError in one line
 */
export function saveResults(results: BenchResults, directory = defaultFolder()): string {
  const path = join(directory, `${results.startedAt.replaceAll(':', '-')}.json`);
  writeFile(path, `${JSON.stringify(results)}\n`);
  return path;
}

/** @throws StartError that names the file, and the part of it that is wrong */
export function readResults(path: string): BenchResults {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError('read', path, error);
  }
  return parseResults(text, path);
}

/**
 * Parses a results file and checks its shape.
 * @param name of the file in error messages
 * @throws StartError that names the part that is wrong
 */
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
    throw new StartError(
      `${name} has format ${format}, and this version reads ${FORMAT}: measure again`,
    );
  }
  const problem = checkFile(file, '');
  if (problem !== undefined)
    throw new StartError(`${name} is not a complete results file: ${problem}`);
  // checkFile has checked the parts that readers rely on; the compiler cannot know that.
  return file as unknown as BenchResults;
}

/** Yields all runs on this machine, the latest first; skips unreadable files and other formats. */
export function* savedResults(directory = defaultFolder()): Iterable<BenchResults> {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return; // No run has been saved yet.
  }
  for (const name of names.sort().reverse()) {
    const results = name.endsWith('.json') ? readable(join(directory, name)) : undefined;
    if (results !== undefined) yield results;
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

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

const round = object({
  round: number,
  turn: number,
  values: record(number),
  latencies: record(histogram),
});
const contenders = list(object({ name: text, kind: text, rounds: list(round) }));
const checkFile = object({
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
});
