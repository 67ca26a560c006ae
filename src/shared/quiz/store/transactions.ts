/**
 * All or nothing, and what happens when another server uses the same file at the same moment. Main thread: a server
 * waits for another's write for BUSY_MS and no longer, since all its clients wait with it.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { monotonicMs } from '../../../base/clock.js';
import { StoreError } from './store.js';

const BUSY_MS = 1000;
const BUSY_POLL_MS = 1;
const SQLITE_BUSY = 5;

/**
 * Either all that `work` does is on the disk, or nothing of it.
 * @throws StoreError
 */
export function transaction<T>(database: DatabaseSyncInstance, work: () => T): T {
  return retryWhileBusy(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite itself rolls back after some errors.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** A file that somebody has locked for good shall not cost every client of it another second. */
let failFastUntilMs = 0;

/**
 * Does it again while another server writes. SQLite's own way to wait sleeps longer and longer, so that of two busy
 * servers one may never find the moment between two writes of the other.
 * @throws StoreError
 */
export function retryWhileBusy<T>(work: () => T): T {
  const startedAtMs = monotonicMs();
  const deadlineMs = startedAtMs < failFastUntilMs ? startedAtMs : startedAtMs + BUSY_MS;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (error instanceof StoreError) throw error;
      if (!isBusy(error) || monotonicMs() >= deadlineMs) {
        if (isBusy(error)) failFastUntilMs = monotonicMs() + BUSY_MS;
        throw new StoreError((error as Error).message, { cause: error });
      }
      Atomics.wait(neverNotified, 0, 0, BUSY_POLL_MS);
    }
  }
}

/** The low byte of SQLite's extended codes is the kind of the error. */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && (errcode & 0xff) === SQLITE_BUSY;
}

/** Nobody ever wakes who waits for it. */
const neverNotified = new Int32Array(new SharedArrayBuffer(4));
