/** Counts the processes and threads of a process group, in Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** @returns undefined without a group or off Linux */
export function countTasks(
  group: number | undefined,
): { readonly processes: number; readonly threads: number } | undefined {
  if (group === undefined || process.platform !== 'linux') return undefined;
  const members = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && groupOf(name) === group,
  );
  const threads = members.map(threadsOf).reduce((sum, count) => sum + count, 0);
  return { processes: members.length, threads };
}

/** The fifth field of proc_pid_stat(5); undefined for a process that has ended. */
function groupOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined;
  }
}

function threadsOf(pid: string): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
