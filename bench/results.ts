/**
 * The shape of bench/results/<time>.json: everything that a run has measured, raw enough to be judged again.
 *
 * Stable: a change that old readers would misread raises `format`. Times are in the unit of their name, shares
 * are of one core, memory is in bytes. Written by run.ts; statistics.ts, table.ts and bars.ts read it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HoldResult, LoadResult, Pattern } from './protocol.js';

export interface BenchResults {
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly options: { readonly peers: boolean; readonly rounds: number; readonly roundMs: number };
  readonly cases: readonly CaseResult[];
  readonly handOff?: HandOffResult;
  readonly capacity?: CapacityResult;
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

/** What is done to every contender of a case. */
export interface LoadCase {
  readonly scenario: string;
  readonly title: string;
  readonly pattern: Pattern;
  readonly clients: number;
  /** Of `fan-out`: how many of the clients speak. */
  readonly senders: number;
  readonly silentClients: number;
  readonly messageBytes: number;
}

export interface CaseResult extends LoadCase {
  readonly contenders: readonly ContenderResult[];
}

export interface ContenderResult {
  readonly name: string;
  readonly kind: 'model' | 'peer';
  /** Why it has no rounds, or fewer than the others: its tool is missing, or it failed. */
  readonly skipped?: string;
  readonly failed?: string;
  readonly rounds: readonly RoundResult[];
}

export interface RoundResult extends LoadResult {
  /** From 1. Rounds with the same number were measured one right after the other, so they may be compared. */
  readonly round: number;
  /** Its place in the order of that round, from 1. */
  readonly turn: number;
}

export interface HandOffResult {
  readonly connections: number;
  /** From accept to the handler's first instruction on a warm thread. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface CapacityResult {
  readonly threads?: {
    readonly hold: HoldResult;
    readonly threads: number;
    readonly bytesPerThread: number;
  };
  readonly idle?: {
    readonly clients: number;
    /** Connections that have never said anything. */
    readonly bytesPerClient: number;
    /** The same connections after each has been answered once. */
    readonly bytesPerClientAnswered: number;
    readonly answered: number;
  };
  /** What was reduced and why, and what failed. */
  readonly remarks: readonly string[];
}

/** From dist/bench/. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

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

/** The file's path. Its name is the time of the start, with dashes where file systems dislike colons. */
export function saveResults(results: BenchResults): string {
  const directory = join(ROOT, 'bench', 'results');
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${results.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(path, `${JSON.stringify(results)}\n`);
  return path;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
