/**
 * How the process ends. Main thread.
 *
 * process.exit() joins the worker threads and so hangs while one of them is blocked in a system call. Hence an orderly
 * stop ends the threads first, and everything else ends with _exit(2), which asks nobody. The log is
 * synchronous: there is nothing left to flush.
 */
import { constants } from 'node:os';
import { endLoudly } from '../base/errors.js';
import { monotonicMs } from '../base/clock.js';
import type { Server } from './server.js';

/** A server of whichever transport. */
type Stoppable = Pick<Server, 'log' | 'stop'>;

/** Beyond the grace that clients get: how long the stop itself may take before the process is ended all the same. */
const LAST_RESORT_MS = 3000;

/** timeout(1) and others send one signal twice, to the process and to its group, microseconds apart. */
const SAME_SIGNAL_MS = 10;

/** The exit status by which shells know a process that a signal has ended. */
const statusOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

/** Without the system calls there are no threads that could block, and Node's own exit will do. */
const exitNow: (status: number) => void = await import('../base/libc.js').then(
  (libc) => libc.exitNow,
  () => (status) => process.exit(status),
);

/** A log that cannot be written must not keep the process from ending. */
function endNow(status: number, say: () => void): void {
  try {
    say();
  } finally {
    exitNow(status);
  }
}

/**
 * SIGINT or SIGTERM stops the server, exit status 0; a second signal ends the process at once. Called before the server
 * has started, since whoever reads that it listens may send a signal the next moment.
 */
export async function stopOnSignals(starting: Promise<Stoppable>, graceMs: number): Promise<void> {
  let server: Stoppable | undefined;
  let first: { signal: NodeJS.Signals; atMs: number } | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    // Nobody is connected yet.
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
    setTimeout(() => {
      endNow(1, () => log.error({ afterMs: graceMs + LAST_RESORT_MS }, 'could not stop in order'));
    }, graceMs + LAST_RESORT_MS).unref();
    server.stop(signal).then(
      () => process.exit(0),
      (error: unknown) => endLoudly('the stop failed', error),
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    server = await starting;
  } catch (error) {
    // A thread that hangs in its start would be joined for ever.
    process.on('exit', (status) => exitNow(status));
    throw error;
  }
  const { log } = server;
  // A service's forgotten rejection must not end all other clients under two models and nobody under the third, where
  // workers/serve-client.ts says the same. Where a fault of our own must end the program, it is thrown: see endLoudly.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'service failed'));
  process.on('uncaughtException', (error) => {
    endNow(1, () => log.error({ err: error }, 'uncaught error'));
  });
}
