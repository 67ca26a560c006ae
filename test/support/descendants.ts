/**
 * All processes that come from one process, found in /proc by a variable of their environment: also
 * those whose parent has ended meanwhile. Linux only.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

interface FoundProcess {
  readonly pid: number;
  /** Its arguments, separated by spaces. */
  readonly command: string;
}

export class Descendants {
  /** The variable for the environment of the first process; all others inherit it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #entry: string;

  constructor() {
    const run = randomUUID();
    this.env = { STARTED_BY_TEST: run };
    this.#entry = `STARTED_BY_TEST=${run}`;
  }

  /** Those that run now; a zombie has no environment and does not count. */
  running(): FoundProcess[] {
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      const has = textOf(`/proc/${name}/environ`).split('\0').includes(this.#entry);
      const command = textOf(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
      return has ? [{ pid: Number(name), command }] : [];
    });
  }

  /** Kills those that are left, so that a failed test leaves nothing behind. */
  killAll(): void {
    for (const { pid } of this.running()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** How many sockets a process has; none if it has ended. */
export function socketsOf(pid: number): number {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).filter((fd) => readlinkSync(`${folder}/${fd}`).startsWith('socket:'))
      .length;
  } catch {
    return 0;
  }
}

/** Empty for a process that has ended, or that belongs to another user. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
