/**
 * What runs inside a client thread: takes one client after the other, in one of the ways of
 * src/threads/hand-off/, and serves it with blocking calls. The thread's only task of the pool begins with the thread and ends with
 * the server.
 *
 * The thread never closes the descriptor (src/threads/lease.ts). Between clients the thread blocks
 * on its mailbox, during a client in recv(2) or send(2). Only a service that awaits something
 * returns to this thread's event loop. Keep the imports small: each thread loads them again. Read
 * src/services/conversation.ts next.
 */
import { parentPort, threadId } from 'node:worker_threads';
import { BlockingConnection } from '../src/connection/blocking.js';
import { bindScheduler, nameThread } from '../src/base/libc/thread.js';
import { openThreadLog } from '../src/log/log.js';
import { loadSource } from '../src/threads/hand-off/ways.js';
import { DoorbellButton } from '../src/threads/doorbell-button.js';
import { Mailbox } from '../src/threads/mailbox.js';
import type { ReadyMessage, ThreadTask } from '../src/threads/protocol.js';
import { monotonicMs } from '../src/base/clock.js';
import { errOf } from '../src/base/thrown.js';
import { converse } from '../src/services/conversation.js';
import { NewestCode } from '../src/services/own/newest-code.js';
import { loadService } from '../src/services/load.js';
import { ThreadTimes } from '../src/threads/thread-times.js';
import { SyncCallSlot, remoteSession } from '../src/threads/calls.js';
import { ownKernelThread } from './own-kernel-thread.js';
import { echoRehearsal, rehearse } from './rehearse.js';

export default async function serveClients(task: ThreadTask): Promise<void> {
  const service = await loadService(task.module);
  const mailbox = new Mailbox(task.mailbox);
  const log = openThreadLog(task.log, { thread: threadId });
  const doorbell = new DoorbellButton(task.doorbell);
  const notifyMain = () => doorbell.press();
  const source = await loadSource({ task, mailbox, notifyMain, log });
  const calls = task.calls && new SyncCallSlot(task.calls);
  const newest =
    task.newestVersion && new NewestCode(task.module, task.newestVersion, service, log);
  const shared = calls && remoteSession(calls, notifyMain);
  const context = { options: task.options, log, debug: task.log.level === 'debug', shared };
  // Between clients and for a single request, the thread must not take the processor from main, which
  // wakes several in a turn. With a client that stays, it is as good as any other thread.
  const scheduler = bindScheduler();
  scheduler.asBatch();
  nameThread(`client-${threadId}`);
  if (task.warm) await rehearse(service.rehearsal?.() ?? echoRehearsal());
  // Exposed where there are so many threads that it matters: see MANY_THREADS in src/cli/serve.ts.
  globalThis.gc?.();
  // Node reports a forgotten rejection in the loop's next turn: see LoopTurns.
  process.on('unhandledRejection', (error) => log.error({ err: errOf(error) }, 'service failed'));
  // Before the thread is up: a thread that is up opens no more descriptors.
  const times = task.measuresTimes ? new ThreadTimes() : undefined;
  const ready: ReadyMessage = {
    slot: task.slot,
    thread: threadId,
    kernelThread: ownKernelThread(),
  };
  parentPort?.postMessage(ready);
  for (;;) {
    const next = source.next();
    const taken = next instanceof Promise ? await next : next;
    if (taken === undefined) return;
    times?.begin(mailbox);
    const startedAtMs = (mailbox.startedAtMs = monotonicMs());
    const connection = new BlockingConnection(taken.connection, taken.fd, mailbox, {
      onStay: scheduler.asUsual,
      limits: task.limits,
      log,
    });
    const code = newest ? await newest.get() : service;
    const reason = await converse(code, connection, context);
    connection.release();
    if (connection.hasStayed) scheduler.asBatch();
    times?.end(mailbox);
    mailbox.loopWaitMs = calls?.takeWaitedMs() ?? 0;
    source.settle(reason);
    notifyMain();
    if (source.isTurnDue(startedAtMs)) await nextTurn();
  }
}

/** Resolves in the next turn of this thread's event loop. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
