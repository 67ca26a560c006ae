/**
 * What a thread of the pool runs with `--handoff task`: one call is one connection. Written as a user
 * of piscina writes it first; serve-client.ts is the same for threads that wait on a mailbox. See
 * src/threads/hand-off/task.ts.
 */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { monotonicMs } from '../src/base/clock.js';
import { nameThread } from '../src/base/libc/thread.js';
import { errOf } from '../src/base/thrown.js';
import { BlockingConnection } from '../src/connection/blocking.js';
import type { EndReason } from '../src/connection/end-reason.js';
import { openThreadLog } from '../src/log/log.js';
import { converse } from '../src/services/conversation.js';
import { NewestCode } from '../src/services/own/newest-code.js';
import { loadService } from '../src/services/load.js';
import { SyncCallSlot, remoteSession } from '../src/threads/calls.js';
import { DoorbellButton } from '../src/threads/doorbell-button.js';
import { Mailbox } from '../src/threads/mailbox.js';
import type {
  ConnectionTask,
  PoolThreadReady,
  PoolThreadSettings,
} from '../src/threads/protocol.js';
import { ThreadTimes } from '../src/threads/thread-times.js';
import { ownKernelThread } from './own-kernel-thread.js';

const settings = workerData as PoolThreadSettings;
const { options, limits } = settings;
const service = await loadService(settings.module);
const log = openThreadLog(settings.log, { thread: threadId });
const newest =
  settings.newestVersion && new NewestCode(settings.module, settings.newestVersion, service, log);
nameThread(`client-${threadId}`);
process.on('unhandledRejection', (error) => log.error({ err: errOf(error) }, 'service failed'));
const times = settings.measuresTimes ? new ThreadTimes() : undefined;
const ready: PoolThreadReady = { thread: threadId, kernelThread: ownKernelThread() };
parentPort?.postMessage(ready);

export default async function serveConnection(task: ConnectionTask): Promise<EndReason> {
  const mailbox = new Mailbox(task.mailbox);
  mailbox.take();
  mailbox.thread = threadId;
  times?.begin(mailbox);
  const doorbell = new DoorbellButton(task.doorbell);
  const calls = task.calls && new SyncCallSlot(task.calls);
  const shared = calls && remoteSession(calls, () => doorbell.press());
  mailbox.startedAtMs = monotonicMs();
  const connection = new BlockingConnection(task.connection, task.fd, mailbox, { limits, log });
  const code = newest ? await newest.get() : service;
  const debug = settings.log.level === 'debug';
  const reason = await converse(code, connection, { options, log, debug, shared });
  connection.release();
  times?.end(mailbox);
  mailbox.loopWaitMs = calls?.takeWaitedMs() ?? 0;
  mailbox.settle(reason);
  return reason;
}
