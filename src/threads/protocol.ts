/**
 * Everything that crosses between the main thread and a client thread.
 *
 *     ThreadTask       main to thread, once, when the thread starts
 *     mailbox words    both ways, for each client: mailbox.ts
 *     call words       thread to main and back, for each call of what clients share: calls.ts
 *     doorbell words   thread to main, to look at the other two: doorbell.ts
 *     ReadyMessage     thread to main, once, when the thread is up
 */
import type { MessagePort } from 'node:worker_threads';
import type { TimeLimits } from '../connection/blocking.js';
import type { SharedLogSettings } from '../log/log.js';
import type { HandOffWay } from '../serving/host.js';
import type { ServiceOptions } from '../services/service.js';

/** What main gives a thread once, when it starts. */
export interface ThreadTask {
  /** Names the slot in the thread's messages. */
  readonly slot: number;
  readonly mailbox: SharedArrayBuffer;
  readonly doorbell: DoorbellPlace;
  readonly handOff: HandOffWay;
  /** Where sockets come from, with `transfer`. */
  readonly sockets: MessagePort | undefined;
  /** The number of the last connection, where threads accept: they count on. */
  readonly lastConnection: SharedArrayBuffer | undefined;
  /** For calls of what the clients share; undefined where they share nothing. */
  readonly calls: SharedArrayBuffer | undefined;
  /** The URL of the service's module. */
  readonly module: string;
  /** Number of the module's newest version, with `--watch`. */
  readonly newestVersion: SharedArrayBuffer | undefined;
  readonly options: ServiceOptions;
  /** The thread starts before its first client comes, so it has time to rehearse. */
  readonly warm: boolean;
  readonly limits: TimeLimits;
  /** Whether a line or a snapshot will show how much processor time a client took. */
  readonly measuresTimes: boolean;
  readonly log: SharedLogSettings;
}

export interface ReadyMessage {
  readonly slot: number;
  readonly thread: number;
  /** Where /proc shows the thread's state: `123/task/125`; undefined without /proc. */
  readonly kernelThread: string | undefined;
}

/** What every thread of the pool gets when it starts, with `--handoff task`. */
export type PoolThreadSettings = Pick<
  ThreadTask,
  'module' | 'newestVersion' | 'options' | 'limits' | 'measuresTimes' | 'log'
>;

/** One connection, with `--handoff task`. */
export interface ConnectionTask extends Pick<ThreadTask, 'mailbox' | 'doorbell' | 'calls'> {
  readonly fd: number;
  readonly connection: number;
}

export type PoolThreadReady = Omit<ReadyMessage, 'slot'>;

/** What a thread needs to ring the doorbell. */
export interface DoorbellPlace {
  readonly memory: SharedArrayBuffer;
  /** A byte sent here wakes main. */
  readonly fd: number;
  readonly place: number;
}

/** The doorbell: 32-bit words. From `firstPlaces` on, each has a bit for each of its places. */
export const doorbellLayout = { isOnItsWay: 0, firstPlaces: 1, placesPerWord: 32 } as const;

/** A mailbox: 32-bit words, then 64-bit floats. */
export const mailboxLayout = {
  state: 0,
  descriptor: 1,
  connection: 2,
  reason: 3,
  retiring: 4,
  inputShut: 5,
  thread: 6,
  words: 8,
  floatsAtByte: 32,
  bytesIn: 0,
  bytesOut: 1,
  lentAtMs: 2,
  wokenAtMs: 3,
  startedAtMs: 4,
  computedMs: 5,
  coreWaitMs: 6,
  loopWaitMs: 7,
  ranBeforeMs: 8,
  waitedBeforeMs: 9,
  backlogMs: 10,
  floats: 11,
  /** A mailbox fills its cache lines: two threads would slow each other down on a shared one. */
  bytes: 192,
  /** The peer's socket address, where the thread accepts: as accept4(2) writes it, and its length. */
  peerAtByte: 128,
  peerBytes: 32,
  peerLengthAtByte: 160,
} as const;

/**
 * The states of a mailbox. Each is left by one side only: empty, reported and served by main, lent
 * and accepted by the thread. The last three exist only where threads accept: hand-off/share.ts.
 */
export const mailboxState = {
  empty: 0,
  lent: 1,
  retired: 2,
  reported: 3,
  accepted: 4,
  served: 5,
} as const;
