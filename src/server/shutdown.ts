/**
 * How the process ends. Main thread.
 *
 * process.exit() joins the worker threads, so it hangs while one of them is blocked in a system
 * call. Hence an orderly stop ends the threads first, and every other way out uses _exit(2), which
 * joins nothing. The log is synchronous: nothing is left to flush.
 */
import { monotonicMs } from '../base/clock.js';
import { endLoudly } from '../base/errors.js';
import { errOf } from '../base/thrown.js';
import { LineLimit } from '../log/line-limit.js';
import { reopenLogs, sharedLogSettings, type Logger, type LogSettings } from '../log/log.js';
import { writeGatheredLines } from '../log/turn-writer.js';
import { isRepetition, statusOf } from '../serving/signals.js';
import { removeSocketFiles, socketFilesAt, type SocketFile } from '../serving/socket-files.js';
import type { StopStage } from './server.js';
import { startWatchdog } from './watchdog.js';

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

const FAILED = 1;

/** Without the system calls there are no threads that could block, and process.exit() will do. */
const exitNow: (status: number) => void = await import('../base/libc/thread.js').then(
  (libc) => libc.exitNow,
  () => (status) => process.exit(status),
);

/** These stop the server in order. */
const STOPPING = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const;
/** Node's own answer to the first is to open an inspector, the kernel's to the other to end. */
const IGNORED = ['SIGUSR1', 'SIGUSR2'] as const;
/** The watchdog leaves main time for its own last resort. */
const WATCHDOG_LATER_MS = 500;

let socketFiles: readonly SocketFile[] = [];

/** Ends the process even if the last log line cannot be written. */
function endNow(status: number, writeLine: () => void): void {
  try {
    removeSocketFiles(socketFiles);
    writeLine();
    writeGatheredLines();
  } finally {
    exitNow(status);
  }
}

interface SignalSettings {
  readonly graceMs: number;
  readonly log: LogSettings;
  /** Where the server listens on Unix-domain sockets. */
  readonly socketPaths: readonly string[];
}

/**
 * Runs a server until a signal ends it.
 *
 * - SIGINT, SIGTERM and SIGQUIT stop it in order, exit status 0. A second signal ends the process at
 *   once. A stop that does not complete ends with status 1 and a line that says what it waited for.
 * - SIGHUP reopens the log file. Without one, the terminal is gone, and it stops in order.
 * - SIGUSR1 and SIGUSR2 are logged.
 *
 * While main's JavaScript computes, the watchdog's thread obeys the signals that stop.
 * @param loading what the server needs, while the watchdog's thread starts; then starts the server.
 *   Signals are obeyed before that: a program that reads the `listening` line may send one the next
 *   moment
 * @throws StartError when the server cannot start
 */
export async function runUntilSignal(
  loading: Promise<() => Promise<Stoppable>>,
  { graceMs, log: logSettings, socketPaths }: SignalSettings,
): Promise<void> {
  let server: Stoppable | undefined;
  let first: { signal: NodeJS.Signals; atMs: number } | undefined;
  const lines = new LineLimit();
  const onSignal = (signal: NodeJS.Signals) => {
    // No client is connected yet.
    if (!server) {
      exitNow(statusOf(signal));
      return;
    }
    const { log } = server;
    const atMs = monotonicMs();
    if (first !== undefined) {
      if (isRepetition(first, { signal, atMs })) return;
      endNow(statusOf(signal), () => log.warn({ cause: signal }, 'ended at once'));
    }
    first = { signal, atMs };
    stopInOrder(server, signal, graceMs);
  };
  const stopping = logSettings.file === undefined ? [...STOPPING, 'SIGHUP' as const] : STOPPING;
  for (const signal of stopping) process.on(signal, onSignal);
  if (logSettings.file !== undefined) process.on('SIGHUP', reopenLogs);
  for (const signal of IGNORED) {
    process.on(signal, () => {
      lines.line(signal, (repeated) =>
        server?.log.info({ cause: signal, ...repeated }, 'signal ignored'),
      );
    });
  }
  const mostMs = graceMs + LAST_RESORT_MS + WATCHDOG_LATER_MS;
  const starting = startWatchdog({
    signals: stopping,
    mostMs,
    log: sharedLogSettings(logSettings),
  });
  const [start, watchdog] = await Promise.all([loading, starting]);
  try {
    server = await start();
  } catch (error) {
    // A thread that hangs in its start must not be joined.
    process.on('exit', (status) => endNow(status, writeGatheredLines));
    throw error;
  }
  socketFiles = socketFilesAt(socketPaths);
  watchdog?.guard(socketFiles);
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
      // Node's own exit would restore the modes of the terminal, and abort because there is none.
      () => (signal === 'SIGHUP' ? endNow(0, () => undefined) : process.exit(0)),
      (error: unknown) => endLoudly('the stop failed', error),
    );
}
