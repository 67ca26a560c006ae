/**
 * The file that a run leaves behind, bench/results/<time>.json: everything it has measured, raw enough to be judged
 * again. What an experiment's part of it looks like is in experiment.ts.
 *
 * Stable: a change that old readers would misread raises `format`. Times are in the unit of their name, shares
 * are of one core, memory is in bytes. Written by bench/run/run.ts.
 */
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../src/base/errors.js';
import type { ExperimentResult } from './experiment.js';

export const FORMAT = 2;

export interface BenchResults {
  readonly format: typeof FORMAT;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly options: { readonly peers: boolean; readonly rounds: number; readonly roundMs: number };
  readonly experiments: readonly ExperimentResult[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly arch: string;
}

export interface Versions {
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** From dist/bench/analysis/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const RESULTS = join(ROOT, 'bench', 'results');

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

/** Of what is installed, not of what package.json would allow. */
export function installedVersions(): Versions {
  const manifest = readJson(join(ROOT, 'package.json')) as { dependencies?: Record<string, string> };
  const packages = Object.keys(manifest.dependencies ?? {}).map((name): [string, string] => {
    const installed = readJson(join(ROOT, 'node_modules', name, 'package.json')) as { version?: string };
    return [name, installed.version ?? 'unknown'];
  });
  return { node: process.version, packages: Object.fromEntries(packages) };
}

/** Before anything is measured: a run of a quarter of an hour must not end with a folder that nobody may write to. */
export function prepareResults(directory = RESULTS): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw new StartError(`results cannot be saved in ${directory}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The file's path. Its name is the time of the start, with dashes where file systems dislike colons. */
export function saveResults(results: BenchResults, directory = RESULTS): string {
  const path = join(directory, `${results.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(path, `${JSON.stringify(results)}\n`);
  return path;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
