/** What the clients that do one job have in common: how long they wait, and how their process ends. */
import { constants } from 'node:os';
import { removeUnfinishedFiles } from '../base/part-file.js';
import { wholeNumber } from './options.js';

const LONGEST_TIMEOUT_MS = 86_400_000;

export const timeoutOption = {
  ...wholeNumber('timeout', 1, LONGEST_TIMEOUT_MS),
  default: '10000',
  describe: 'give up after so many ms of silence',
} as const;

/** How long something that nobody waits for any more may keep the process from ending. */
const LINGER_MS = 200;

/** timeout(1) and others send one signal twice, to the process and to its group, microseconds apart. */
const SAME_SIGNAL_MS = 10;

/**
 * Runs a client as the process's one job. Ctrl-C ends it quietly, with the status by which shells know that, and
 * nothing half-written is left behind.
 *
 * A host name that is still being looked up keeps the process alive when its user has given up long ago; and so it
 * does Node's own exit. Hence the process is ended without asking; but not while output is on its way.
 *
 * @param task may call `nextSignal` when the next Ctrl-C shall be its orderly end: the promise that it gets resolves then
 */
export async function runClient(task: (nextSignal: () => Promise<void>) => Promise<void>): Promise<void> {
  let onSignal = exitOn;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  const nextSignal = () =>
    new Promise<void>((resolve) => {
      onSignal = () => {
        resolve();
        setTimeout(() => (onSignal = exitOn), SAME_SIGNAL_MS).unref();
      };
    });
  try {
    await task(nextSignal);
  } finally {
    exitAfterOutput();
  }
}

function exitOn(signal: NodeJS.Signals): void {
  removeUnfinishedFiles();
  void exitNow().then((exit) => exit(128 + constants.signals[signal]));
}

function exitAfterOutput(): void {
  const timer = setInterval(() => {
    if (process.stdout.writableLength > 0 || process.stderr.writableLength > 0) return;
    clearInterval(timer);
    void exitNow().then((exit) => exit(Number(process.exitCode ?? 0)));
  }, LINGER_MS);
  // It only fires if something else keeps the process.
  timer.unref();
}

function exitNow(): Promise<(status: number) => void> {
  return import('../base/libc.js').then(
    (libc) => libc.exitNow,
    () => (status: number) => process.exit(status),
  );
}
