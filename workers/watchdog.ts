/**
 * Ends the process when main cannot: its JavaScript computes without end, or a write to the log
 * blocks it. Runs on a thread of its own, in `handoff serve` on Linux. Read server/watchdog.ts next.
 *
 *     first signal ──► main stops in order │ if it has not after the grace period: status 1
 *     second one   ──► main ends at once   │ if it has not after 0.1 s: as main would
 */
import { constants } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicMs } from '../src/base/clock.js';
import { bindPoll, POLLOUT } from '../src/base/libc/poll.js';
import { exitNow } from '../src/base/libc/thread.js';
import { watchSignals } from '../src/base/libuv.js';
import { openThreadLog } from '../src/log/log.js';
import { isRepetition, statusOf, UP, type WatchdogSettings } from '../src/serving/signals.js';
import { removeSocketFiles, type SocketFile } from '../src/serving/socket-files.js';

const POLL_EVERY_MS = 50;
/** What main has of its own to end at the second signal. */
const MAIN_MS = 100;
const FAILED = 1;
const STANDARD_OUTPUT = 1;

const { signals, mostMs, log: logSettings } = workerData as WatchdogSettings;
const log = openThreadLog(logSettings, {});
const hasRoom = bindPoll(POLLOUT);
let socketFiles: readonly SocketFile[] = [];
let first: { signal: NodeJS.Signals; atMs: number } | undefined;
let isEnding = false;

function onSignal(number: number): void {
  const signal = signals.find((name) => constants.signals[name] === number) ?? 'SIGTERM';
  const atMs = monotonicMs();
  if (first === undefined) {
    first = { signal, atMs };
    setTimeout(() => {
      end(FAILED, () => {
        const afterMs = Math.round(monotonicMs() - atMs);
        log.error({ afterMs, waitsFor: 'the main thread' }, 'could not stop in order');
      });
    }, mostMs).unref();
  } else if (!isEnding && !isRepetition(first, { signal, atMs })) {
    isEnding = true;
    setTimeout(() => {
      end(statusOf(signal), () => log.error({ cause: signal }, 'ended at once'));
    }, MAIN_MS);
  }
}

function end(status: number, writeLine: () => void): void {
  removeSocketFiles(socketFiles);
  // A reader that has stalled must not hold this thread as well.
  if (logSettings.file !== undefined || hasRoom([{ fd: STANDARD_OUTPUT }]).length > 0) writeLine();
  exitNow(status);
}

const poll = watchSignals(
  signals.map((name) => constants.signals[name]),
  onSignal,
);
setInterval(poll, POLL_EVERY_MS);
parentPort?.on('message', (files: readonly SocketFile[]) => (socketFiles = files));
parentPort?.postMessage(UP);
