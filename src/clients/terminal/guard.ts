/**
 * Leaves the terminal as it was, whatever ends or suspends the process: a signal, an uncaught
 * error, an exit. Its own process, main thread.
 *
 * Node restores the terminal's modes itself on an exit, SIGINT and SIGTERM; not on SIGHUP, SIGQUIT
 * and SIGTSTP, and it knows nothing of the screen.
 */

interface TerminalUser {
  /** Gives the terminal back. Synchronous: the process ends or stops right after it. */
  readonly restore: () => void;
  /** Takes the terminal again after a suspension. */
  readonly resume: () => void;
}

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Guards the terminal until the returned function is called. A signal that the program handles
 * already is left to it.
 */
export function guardTerminal({ restore, resume }: TerminalUser): () => void {
  const signals = ENDING_SIGNALS.filter((signal) => process.listenerCount(signal) === 0);
  const end = (signal: NodeJS.Signals) => {
    restore();
    release();
    // Without a listener, the signal has its default effect: the parent sees which one it was.
    process.kill(process.pid, signal);
  };
  const suspend = () => {
    restore();
    process.kill(process.pid, 'SIGSTOP');
  };
  const release = () => {
    for (const signal of signals) process.off(signal, end);
    process.off('SIGTSTP', suspend).off('SIGCONT', resume).off('exit', restore);
  };
  for (const signal of signals) process.on(signal, end);
  process.on('SIGTSTP', suspend).on('SIGCONT', resume).on('exit', restore);
  return release;
}

/** What Ctrl-Z does, which is a mere key for a program that reads the keys. */
export function suspendProcess(): void {
  process.kill(process.pid, 'SIGTSTP');
}
