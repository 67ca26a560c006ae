/**
 * Cores of their own: the server's processes on all cores but the last, the load process on the last,
 * so that neither takes time from the other. By taskset(1), in the runner. On two cores all threads
 * of a server then share one core.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Pinning {
  /** What starts a server on its cores; see `through` of ServerNeeds. */
  readonly through: readonly string[];
  readonly serverCores: string;
  readonly generatorCore: string;
}

/** Returns the division of the cores, or why there is none. */
export function pinning(): Pinning | { readonly missing: string } {
  const cores = allowedCores();
  const generatorCore = cores.pop();
  if (generatorCore === undefined || cores.length === 0)
    return { missing: 'pinning needs two cores' };
  if (spawnSync('taskset', ['--version']).error !== undefined)
    return { missing: 'no taskset, of util-linux' };
  const serverCores = cores.join(',');
  return {
    through: ['taskset', '-c', serverCores],
    serverCores,
    generatorCore: String(generatorCore),
  };
}

/**
 * Binds all threads of a process to some cores while `work` runs.
 * @throws Error if taskset fails
 */
export async function withPinned<Result>(
  pid: number,
  cores: string,
  work: () => Promise<Result>,
): Promise<Result> {
  pin(pid, cores);
  try {
    return await work();
  } finally {
    pin(pid, allowedCores().join(','));
  }
}

function pin(pid: number, cores: string): void {
  const { status, stderr, error } = spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)], {
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`taskset cannot pin process ${pid}: ${error?.message ?? stderr.trim()}`);
}

/** The cores that this process may use, ascending; empty without /proc. */
export function allowedCores(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return coresIn(/^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
}

/** Parses the kernel's list of cores, such as `0-2,5`. */
export function coresIn(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined) return [];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => Number(first) + n);
  });
}
