/**
 * Main's side of the watchdog. Main thread, while the server starts. workers/watchdog.ts is the
 * thread, and says what it does.
 */
import { Worker } from 'node:worker_threads';
import type { WatchdogSettings } from '../serving/signals.js';
import type { SocketFile } from '../serving/socket-files.js';

interface Watchdog {
  /** The files that it removes when it ends the process. */
  guard(files: readonly SocketFile[]): void;
}

const HEAP_MB = 16;
const YOUNG_GENERATION_MB = 2;
const STACK_MB = 1;

/**
 * Resolves when the thread is up. Without it, which may lack a thread, descriptors or libuv's
 * functions, main alone obeys signals: undefined.
 */
export function startWatchdog(settings: WatchdogSettings): Promise<Watchdog | undefined> {
  if (process.platform !== 'linux') return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const thread = new Worker(new URL('../../workers/watchdog.js', import.meta.url), {
      workerData: settings,
      name: 'watchdog',
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_MB,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
        stackSizeMb: STACK_MB,
      },
    });
    thread.once('error', () => resolve(undefined));
    thread.once('message', () => {
      thread.unref();
      resolve({ guard: (files) => thread.postMessage(files) });
    });
  });
}
