/**
 * Transactions, and retries while another server uses the same file. Runs on the main thread. A
 * server waits for another server's write for BUSY_MS at most, since all its clients wait, too.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { monotonicMs } from '../../../base/clock.js';
import { StoreError } from './store.js';

const BUSY_MS = 1000;
const BUSY_POLL_MS = 1;
const SQLITE_BUSY = 5;

/**
 * Runs `work` in a transaction: all of its changes are on the disk, or none.
 * @throws StoreError when the store cannot be read or written
 */
export function transaction<T>(database: DatabaseSyncInstance, work: () => T): T {
  return retryWhileBusy(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      // After some errors SQLite has rolled back already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/**
 * After one timeout, later calls fail at once until this time: a locked file must not delay each
 * call.
 */
let failFastUntilMs = 0;

/**
 * Retries `work` while another server writes. SQLite's own retry sleeps longer and longer, so one
 * of two busy servers might never find a moment between two writes of the other.
 * @throws StoreError when `work` fails, or the file stays busy for BUSY_MS
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

/** Never notified; used only to sleep. */
const neverNotified = new Int32Array(new SharedArrayBuffer(4));
