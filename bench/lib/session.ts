/**
 * The processes of a session: a command that the bench has started as the leader of one, and all
 * that it has started in turn, whatever their process groups. Linux only.
 *
 * Runs in the runner, which ends such a server, and in the load process, which samples it. A
 * process that makes a session of its own, as a daemon does, is not found. Read
 * process-stats.ts next.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { statFields } from './process-stats.js';

const STATE = 0;
const SESSION = 3;
/** The name of a process that runs /bin/sh. */
const SHELL = 'sh';

/** The process ids of a session, without processes that have ended. */
export function sessionMembers(leader: number): number[] {
  return processes().filter((pid) => {
    const fields = fieldsOf(pid);
    return fields?.[SESSION] === String(leader) && fields[STATE] !== 'Z';
  });
}

/**
 * The processes of a server that a shell has started: the members of the session without the shell,
 * which only waits. A shell that has replaced itself by the server (exec) is the server.
 */
export function serverProcesses(leader: number): number[] {
  const members = sessionMembers(leader);
  const others = members.filter((pid) => pid !== leader);
  return others.length > 0 && nameOf(leader) === SHELL ? others : members;
}

export function signalSession(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of sessionMembers(leader)) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile, or belongs to another user by now.
    }
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trimEnd();
  } catch {
    return undefined;
  }
}

function fieldsOf(pid: number): string[] | undefined {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}
