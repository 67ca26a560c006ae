/** Runs the checks of `handoff check` in the test's own process, against servers in Python. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Check, CheckResult, Conventions, Exercise } from '../../src/check/check.js';
import { runChecks } from '../../src/check/run-checks.js';
import {
  GivenServer,
  StartedServer,
  type ServerUnderTest,
} from '../../src/check/server-under-test.js';
import type { Cleanup } from './server.js';

/** From dist/test/support/. */
const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url));

// No __pycache__ among the fixtures.
process.env['PYTHONDONTWRITEBYTECODE'] = '1';

const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
});

/** The reason to skip a test, for its options; false if there is a python3. */
export const withoutPython = python.status !== 0 && 'there is no python3';

/** The command of a server among the fixtures, such as `course/echo.py`. */
export function pythonCommand(file: string, ...args: readonly string[]): string[] {
  return [python.stdout.trim(), FIXTURES + file, '{port}', ...args];
}

export function startedServer(
  t: Cleanup,
  command: readonly string[],
  transport: 'tcp' | 'udp' = 'tcp',
): StartedServer {
  const server = new StartedServer({ command, host: '127.0.0.1', transport });
  t.after(() => server.stop());
  return server;
}

interface Run {
  readonly checks?: readonly Check[];
  readonly conventions?: Partial<Conventions>;
  readonly isStrict?: boolean;
}

/** Runs an exercise's checks, or some of them. */
export function checked(
  exercise: Exercise,
  server: ServerUnderTest,
  { conventions: changed = {}, isStrict = false, checks }: Run = {},
): Promise<CheckResult[]> {
  const conventions = { ...exercise.conventions, ...changed };
  return runChecks({
    checks: checks ?? exercise.checks(conventions),
    conventions,
    server,
    isCommand: !(server instanceof GivenServer),
    isStrict,
  });
}

/** A check by its sentence, behind all checks that it requires. */
export function withRequirements(checks: readonly Check[], sentence: string): Check[] {
  const wanted = checks.find((one) => one.sentence === sentence);
  if (wanted === undefined) throw new Error(`no check “${sentence}”`);
  const all = new Set<Check>();
  const add = (one: Check) => {
    one.requires.forEach(add);
    all.add(one);
  };
  add(wanted);
  return [...all];
}

/** What is not right, a line each: for a message of assert. */
export function faultsOf(results: readonly CheckResult[]): string[] {
  return results.flatMap((result) => {
    if (result.status === 'passed') return [];
    const why = result.status === 'failed' ? result.failure.message : result.because;
    return [`${result.isAdvice ? 'advice: ' : ''}${result.sentence}: ${why}`];
  });
}
