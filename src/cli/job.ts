/**
 * The process of a client with one job (fetch, send, gettime, lookup, peer, watch): its timeout
 * option, its signals and its end.
 */
import { constants } from 'node:os';
import { removeUnfinishedFiles } from '../base/part-file.js';
import { wholeNumber } from './options.js';

export const LONGEST_TIMEOUT_MS = 86_400_000;

export const timeoutOption = {
  ...wholeNumber('timeout', 1, LONGEST_TIMEOUT_MS),
  default: 10_000,
  describe: 'idle timeout in ms: the longest time without a byte from the server',
} as const;

/** How long an unfinished operation, such as a name look-up, may delay the process's end. */
const LINGER_MS = 200;

/**
 * Two signals within this time count as one. timeout(1) and others signal the process and then its
 * group, microseconds apart.
 */
const SAME_SIGNAL_MS = 10;

/**
 * Runs a client as the only job of the process. SIGINT and SIGTERM end the process without a
 * message, with status 128 + signal. They also remove unfinished files.
 *
 * A pending host name look-up would keep the process alive, and Node's own exit waits for it too.
 * So the process ends by _exit(2), but only after its output is written.
 *
 * @param job may call `nextSignal`, whose promise the next signal resolves instead of ending the
 *   process
 * @throws what the job throws
 */
export async function runClient(
  job: (nextSignal: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let onSignal = endBy;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  const nextSignal = () =>
    new Promise<void>((resolve) => {
      onSignal = () => {
        resolve();
        setTimeout(() => (onSignal = endBy), SAME_SIGNAL_MS).unref();
      };
    });
  try {
    await job(nextSignal);
  } finally {
    endWhenWritten();
  }
}

function endBy(signal: NodeJS.Signals): void {
  removeUnfinishedFiles();
  void exitNow().then((exit) => exit(128 + constants.signals[signal]));
}

function endWhenWritten(): void {
  const timer = setInterval(() => {
    if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return;
    clearInterval(timer);
    void exitNow().then((exit) => exit(Number(process.exitCode ?? 0)));
  }, LINGER_MS);
  // The timer only fires if something else keeps the process alive.
  timer.unref();
}

function exitNow(): Promise<(status: number) => void> {
  return import('../base/libc/thread.js').then(
    (libc) => libc.exitNow,
    () => (status: number) => process.exit(status),
  );
}
