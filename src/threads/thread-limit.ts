/**
 * How many client threads fit into the limits of this process. Main thread, once, before the first
 * thread starts. --threads is a wish, which the limits may lower; --warm is a promise, so a server
 * that cannot keep it does not start.
 */
import { StartError } from '../base/errors.js';
import type { DescriptorBudget } from '../serving/descriptor-budget.js';
import type { HandOffWay, ThreadSettings } from '../serving/host.js';
import { leastThreadRoom, type ThreadRoom } from './process-limits.js';

/**
 * Descriptors of a thread that is up: two of its loop's epoll and io_uring, an eventfd, a pipe's
 * two, and its times (thread-times.ts).
 */
export const THREAD_DESCRIPTORS = 6;
/** Node loads several modules of a starting thread at once. */
export const LOADING_DESCRIPTORS = 10;
/** Beside its own: its client's connection, and a file that its service opens. */
const CLIENT_DESCRIPTORS = 2;
/** The same, where its way to a thread takes more of them: copies, and listeners. */
const WAY_DESCRIPTORS: Readonly<Partial<Record<HandOffWay, number>>> = {
  duplicate: 1,
  // Main's control descriptor, and one that Node keeps in each thread.
  transfer: 2,
  'reuse-port': 1,
};
/** Descriptors for clients that wait or are refused: at least so many, or a share of the limit. */
const LEAST_WAITING = 8;
const WAITING_SHARE = 8;
/** Threads that Node starts later, for files and names, and some to spare. */
const OTHER_THREADS = 8;

export interface LimitedThreads {
  readonly threads: ThreadSettings;
  /** What has lowered their number; undefined: nothing. */
  readonly limit: string | undefined;
}

/** @throws StartError when no thread fits, or fewer than --warm */
export function limitThreads(
  settings: ThreadSettings,
  descriptors: DescriptorBudget,
): LimitedThreads {
  const more = WAY_DESCRIPTORS[settings.handOff ?? 'lend'] ?? 0;
  const rooms = [byDescriptors(descriptors, more), byProcesses()];
  let [most, limit]: [number, string | undefined] = [settings.most, undefined];
  for (const room of rooms) {
    if (!room || room.threads >= most) continue;
    [most, limit] = [Math.max(0, room.threads), room.limit];
  }
  const least = Math.max(1, settings.warm);
  if (limit !== undefined && most < least) {
    const what = least === 1 ? 'a client thread' : `${least} client threads`;
    throw new StartError(`cannot start ${what}: ${limit} allows ${most === 0 ? 'none' : most}`);
  }
  return { threads: { ...settings, most }, limit };
}

function byDescriptors(
  { limit, free, reserve }: DescriptorBudget,
  more: number,
): ThreadRoom | undefined {
  if (limit === Infinity) return undefined;
  const waiting = Math.max(LEAST_WAITING, Math.floor(limit / WAITING_SHARE));
  const threads = Math.floor(
    (free - reserve - waiting) / (THREAD_DESCRIPTORS + CLIENT_DESCRIPTORS + more),
  );
  return { threads, limit: `the limit of open files (ulimit -n ${limit})` };
}

function byProcesses(): ThreadRoom | undefined {
  const room = leastThreadRoom();
  return room && { ...room, threads: room.threads - OTHER_THREADS };
}
