/**
 * Waits until a process has nothing to do: the server's work for the last check is over, or the
 * server has ended from it. Without that, the next check would be blamed for that end. Main thread
 * of `handoff check`.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
/** So many looks in a row must find it asleep. */
const LOOKS = 3;
/** A server that never sleeps is not waited for any longer. */
const LIMIT_MS = 400;

export async function isIdle(pid: number): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  for (let asleep = 0; asleep < LOOKS && performance.now() < endMs;) {
    await sleep(POLL_MS);
    asleep = stateOf(pid) === 'S' ? asleep + 1 : 0;
  }
}

/** The letter of proc_pid_stat(5): R runs, S sleeps, Z has ended. `S` where there is no /proc. */
function stateOf(pid: number): string {
  if (process.platform !== 'linux') return 'S';
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? 'Z';
  } catch {
    return 'Z';
  }
}
