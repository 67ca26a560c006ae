/**
 * How the process ends. Main thread.
 *
 * process.exit() joins the worker threads, so it hangs while one of them is blocked in a system
 * call. Hence an orderly stop ends the threads first, and every other way out uses _exit(2), which
 * joins nothing. The log is synchronous: nothing is left to flush.
 */
import { constants } from 'node:os';
import { monotonicMs } from '../base/clock.js';
import { endLoudly } from '../base/errors.js';
import { errOf } from '../base/thrown.js';
import type { Logger } from '../log/log.js';
import { writeGatheredLines } from '../log/turn-writer.js';
import type { StopStage } from './server.js';

/** A server of either transport. */
interface Stoppable {
  readonly log: Logger;
  readonly stopStage?: StopStage;
  stop(cause: string): Promise<void>;
}

/**
 * How long a stop may take beyond the clients' grace period before the process ends all the same.
 */
const LAST_RESORT_MS = 3000;

/**
 * timeout(1) and others send one signal twice, to the process and to its group, microseconds apart.
 */
const SAME_SIGNAL_MS = 10;

const FAILED = 1;

/** The exit status by which shells recognise a process that a signal has ended. */
const statusOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

/** Without the system calls there are no threads that could block, and process.exit() will do. */
const exitNow: (status: number) => void = await import('../base/libc.js').then(
  (libc) => libc.exitNow,
  () => (status) => process.exit(status),
);

/** Ends the process even if the last log line cannot be written. */
function endNow(status: number, writeLine: () => void): void {
  try {
    writeLine();
    writeGatheredLines();
  } finally {
    exitNow(status);
  }
}

/**
 * SIGINT or SIGTERM stops the server, exit status 0. A second signal ends the process at once. A
 * stop that does not complete ends with status 1 and a line that says what it waited for.
 *
 * Called before the server has started: a program that reads the `listening` line may send a signal
 * the next moment.
 * @throws StartError when the server cannot start
 */
export async function stopOnSignals(starting: Promise<Stoppable>, graceMs: number): Promise<void> {
  let server: Stoppable | undefined;
  let first: { signal: NodeJS.Signals; atMs: number } | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    // No client is connected yet.
    if (!server) {
      exitNow(statusOf(signal));
      return;
    }
    const { log } = server;
    if (first !== undefined) {
      if (signal === first.signal && monotonicMs() - first.atMs < SAME_SIGNAL_MS) return;
      endNow(statusOf(signal), () => log.warn({ cause: signal }, 'ended at once'));
    }
    first = { signal, atMs: monotonicMs() };
    stopInOrder(server, signal, graceMs);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    server = await starting;
  } catch (error) {
    // A thread that hangs in its start must not be joined.
    process.on('exit', (status) => endNow(status, writeGatheredLines));
    throw error;
  }
  const { log } = server;
  // A rejection that a service forgets to await ends no client, under any model;
  // workers/serve-client.ts logs the same line. A fault of the program that must end it is thrown
  // instead: see endLoudly.
  process.on('unhandledRejection', (error) => log.error({ err: errOf(error) }, 'service failed'));
  process.on('uncaughtException', (error) => {
    endNow(FAILED, () => log.error({ err: errOf(error) }, 'uncaught error'));
  });
}

function stopInOrder(server: Stoppable, signal: NodeJS.Signals, graceMs: number): void {
  const startedAtMs = monotonicMs();
  const fail = () => {
    endNow(FAILED, () => {
      const afterMs = Math.round(monotonicMs() - startedAtMs);
      server.log.error({ afterMs, ...server.stopStage }, 'could not stop in order');
    });
  };
  setTimeout(fail, graceMs + LAST_RESORT_MS).unref();
  // Node ends by itself, with status 0, when nothing is left that could complete the stop.
  process.once('exit', fail);
  server
    .stop(signal)
    .finally(() => process.off('exit', fail))
    .then(
      () => process.exit(0),
      (error: unknown) => endLoudly('the stop failed', error),
    );
}
