/**
 * Main's side of the watchdog. Main thread, while the server starts. workers/watchdog.ts is the
 * thread, and says what it does.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { UP, type WatchdogSettings } from '../serving/signals.js';
import type { SocketFile } from '../serving/socket-files.js';
import { bundled } from '../base/programs.js';

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
export async function startWatchdog(settings: WatchdogSettings): Promise<Watchdog | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const thread = startThread(settings);
    // Rejects with the thread's error.
    const [isUp] = (await Promise.race([
      once(thread, 'message'),
      once(thread, 'exit'),
    ])) as unknown[];
    if (isUp !== UP) return undefined;
    thread.unref();
    return { guard: (files) => thread.postMessage(files) };
  } catch {
    return undefined;
  }
}

/** @throws Error, with EAGAIN for example, if the system does not let a thread start */
function startThread(settings: WatchdogSettings): Worker {
  return new Worker(bundled('workers/watchdog.js'), {
    workerData: settings,
    name: 'watchdog',
    resourceLimits: {
      maxOldGenerationSizeMb: HEAP_MB,
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
      stackSizeMb: STACK_MB,
    },
  });
}
