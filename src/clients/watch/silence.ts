/**
 * Why a server sends no snapshot: what /proc shows of its process from outside. On Linux, on the
 * server's machine; elsewhere only the silence itself is shown.
 */
import { readFileSync } from 'node:fs';
import { acceptQueueLength } from '../../base/accept-queue.js';
import type { Snapshot } from '../../admin/snapshot.js';
import { duration } from './text.js';
import { backlogText } from './warnings.js';

export interface Silence {
  readonly forMs: number;
  readonly main: 'stopped' | 'computing' | 'in a call' | 'unknown';
  /** Connections in the kernel's accept queue; undefined if unknown. */
  readonly backlog: number | undefined;
}

/** Looks at a server that has sent nothing for this long since its last snapshot. */
export function lookAtSilent(
  { pid, address }: Pick<Snapshot, 'pid' | 'address'>,
  forMs: number,
): Silence {
  return { forMs, main: mainState(pid), backlog: backlogOf(address) };
}

export function silenceTexts({ forMs, main, backlog }: Silence): string[] {
  const why = {
    stopped: 'the process is stopped',
    computing: 'main is blocked, computing',
    'in a call': 'main is blocked in a system call',
    unknown: 'main is blocked, or stopped',
  }[main];
  const silence = `no answer for ${duration(forMs)}: ${why}`;
  return backlog ? [silence, backlogText(backlog)] : [silence];
}

/** By the letter in /proc. */
const STATES: Readonly<Record<string, Silence['main']>> = {
  T: 'stopped',
  t: 'stopped',
  R: 'computing',
  S: 'in a call',
  D: 'in a call',
};

/** The main thread has the process's number as its own. */
function mainState(pid: number): Silence['main'] {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1');
    // `123 (name) T …`; the name may contain anything.
    const state = stat.charAt(stat.lastIndexOf(')') + 2);
    return STATES[state] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function backlogOf(address: string): number | undefined {
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  try {
    return port > 0 ? acceptQueueLength(port) : undefined;
  } catch {
    return undefined;
  }
}
