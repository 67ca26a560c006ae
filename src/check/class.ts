/**
 * Grades the submissions of a class, one after the other: each is checked by a `handoff check` of
 * its own, in a process that is limited and isolated. Main thread of `handoff check --class`. Read
 * limits.ts first.
 *
 * A submission is a file of the folder, or a folder in it with the file that is its program.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../base/errors.js';
import { fileError } from '../base/part-file.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const KEPT_CHARACTERS = 4 * 1024 * 1024;

interface Submission {
  readonly name: string;
  readonly file: string;
}

export interface ClassSettings {
  readonly exercise: string;
  /** With `{file}` for the submission's program, and `{port}`. */
  readonly command: readonly string[];
  /** Options of `handoff check` that describe the exercise and the limits. */
  readonly options: readonly string[];
  /** Words in front of a command that isolate it; empty: it is not isolated. */
  readonly isolation: readonly string[];
  /** Bound on the whole check of one submission. */
  readonly limitMs: number;
}

export interface Grade {
  readonly name: string;
  /** Undefined without a result, as when time was over. */
  readonly passed: number | undefined;
  readonly total: number | undefined;
  readonly model: string;
  /** The first check that failed and what was wrong, or why there is no result. */
  readonly remark: string;
}

/**
 * The submissions in a folder, by name. Hidden entries are left out.
 * @param entry the program of a submission that is a folder
 * @throws StartError if the folder cannot be read or has none
 */
export function submissionsIn(folder: string, entry: string): Submission[] {
  const submissions = entriesOf(folder).flatMap((item): Submission[] => {
    if (item.name.startsWith('.')) return [];
    const path = resolve(folder, item.name);
    if (item.isFile()) return [{ name: parse(item.name).name, file: path }];
    const file = join(path, entry);
    return item.isDirectory() && existsSync(file) ? [{ name: item.name, file }] : [];
  });
  if (submissions.length > 0) return submissions.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  throw new StartError(`there is no submission in ${folder}: no file, and no folder with ${entry}`);
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError('read', folder, error);
  }
}

export async function grade({ name, file }: Submission, settings: ClassSettings): Promise<Grade> {
  const { exercise, command, options, isolation, limitMs } = settings;
  const words = command.map((word) => word.replaceAll('{file}', file));
  const [program = '', ...args] = [
    ...isolation,
    ...[process.execPath, CLI, 'check', exercise, '--json', ...options, '--', ...words],
  ];
  const child = spawn(program, args, {
    cwd: dirname(file),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout = (stdout + text.toString()).slice(-KEPT_CHARACTERS);
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-KEPT_CHARACTERS);
  });
  const late = new AbortController();
  const limit = setTimeout(() => {
    late.abort();
    // The guard of the check then ends the submission; in a namespace, the kernel does.
    child.kill('SIGKILL');
  }, limitMs);
  await once(child, 'close');
  clearTimeout(limit);
  if (late.signal.aborted) return without(name, `not done after ${Math.round(limitMs / 1000)} s`);
  return gradeOf(name, stdout) ?? without(name, stderr.trim().split('\n').at(-1) ?? '');
}

/** No submission sees the teacher's other variables. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, LANG, TZ } = process.env;
  return { PATH, LANG, TZ, PYTHONDONTWRITEBYTECODE: '1' };
}

function without(name: string, remark: string): Grade {
  return { name, passed: undefined, total: undefined, model: '', remark };
}

/** What is read of the JSON that `handoff check --json` prints. */
interface Printed {
  readonly counts: { readonly passed: number; readonly total: number };
  readonly model: { readonly name: string } | null;
  readonly checks: readonly {
    readonly check: string;
    readonly status: string;
    readonly advice: boolean;
    readonly message?: string;
    readonly lastWords?: string | null;
  }[];
}

function gradeOf(name: string, text: string): Grade | undefined {
  let printed: Printed;
  try {
    printed = JSON.parse(text) as Printed;
  } catch {
    return undefined;
  }
  const { counts, model, checks } = printed;
  const failed = checks.find(({ status, advice }) => status === 'failed' && !advice);
  return {
    name,
    passed: counts.passed,
    total: counts.total,
    model: model?.name ?? '',
    remark: failed === undefined ? '' : remarkOf(failed),
  };
}

/** What was wrong, and the last line that the server wrote of it. */
function remarkOf({ check, message, lastWords }: Printed['checks'][number]): string {
  const lastLine = lastWords?.trim().split('\n').at(-1);
  const words = [check, message, lastLine].filter((part) => part !== undefined && part !== '');
  return words.join(': ');
}
