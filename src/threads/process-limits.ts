/**
 * How many threads the system lets this process still start. Main thread, once at the start; for
 * thread-limit.ts. Other processes start and end threads too, so the answer is true for a moment
 * only: thread-starts.ts deals with a start that fails all the same.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { softLimit } from '../serving/descriptor-budget.js';

export interface ThreadRoom {
  readonly threads: number;
  /** The limit, for a log line. */
  readonly limit: string;
}

/** The least room of all limits; undefined where the system shows none. */
export function leastThreadRoom(): ThreadRoom | undefined {
  const rooms = [...userRoom(), ...groupRooms(), ...systemRoom()];
  return rooms.reduce<ThreadRoom | undefined>(
    (least, room) => (least === undefined || room.threads < least.threads ? room : least),
    undefined,
  );
}

/** RLIMIT_NPROC counts the threads of all processes of the user; the kernel exempts root. */
function* userRoom(): Generator<ThreadRoom> {
  const user = process.getuid?.();
  const limit = softLimit('Max processes');
  if (user === undefined || user === 0 || limit === Infinity) return;
  let threads = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const status = textOf(`/proc/${pid}/status`) ?? '';
    if (Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) === user)
      threads += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]);
  }
  yield { threads: limit - threads, limit: `the limit of processes (ulimit -u ${limit})` };
}

/** The `pids.max` of this process's cgroup and of all above it, in both versions of cgroups. */
function* groupRooms(): Generator<ThreadRoom> {
  const groups = textOf('/proc/self/cgroup') ?? '';
  for (const [, controllers, group] of groups.matchAll(/^\d+:([^:]*):(.*)$/gm)) {
    const mounts = controllers === '' ? [''] : controllers === 'pids' ? ['pids'] : [];
    for (const mount of mounts) {
      for (let path = group ?? '/'; ; path = dirname(path)) {
        const folder = join('/sys/fs/cgroup', mount, path);
        const limit = Number(textOf(`${folder}/pids.max`) ?? NaN);
        const current = Number(textOf(`${folder}/pids.current`) ?? NaN);
        if (limit >= 0 && current >= 0)
          yield { threads: limit - current, limit: `pids.max ${limit} of the cgroup ${path}` };
        if (path === '/' || path === '.') break;
      }
    }
  }
}

function* systemRoom(): Generator<ThreadRoom> {
  // The second of the numbers `running/all`.
  const threads = Number(/\/(\d+)/.exec(textOf('/proc/loadavg') ?? '')?.[1]);
  for (const name of ['threads-max', 'pid_max']) {
    const limit = Number(textOf(`/proc/sys/kernel/${name}`) ?? NaN);
    if (limit >= threads) yield { threads: limit - threads, limit: `kernel.${name} ${limit}` };
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Another process's may have ended; a limit that is not shown is not counted.
    return undefined;
  }
}
