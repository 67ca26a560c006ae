/**
 * What runs inside a worker of worker-event-loops: an event loop with many clients, as main has one
 * under event-loop. The thread's only task of the pool begins with the thread and ends with the
 * server.
 *
 * Main accepts the connections; the worker makes a descriptor of its own of each that it gets, and
 * closes it (src/threads/loops/handed-socket.ts). What the clients share lives on main: a call of it
 * is a message, and its answer another. Read src/threads/loops/adopted-clients.ts next.
 */
import { once } from 'node:events';
import { parentPort, threadId } from 'node:worker_threads';
import { bindScheduler, nameThread } from '../src/base/libc/thread.js';
import { errOf } from '../src/base/thrown.js';
import { openThreadLog } from '../src/log/log.js';
import { loadService } from '../src/services/load.js';
import { AdoptedClients } from '../src/threads/loops/adopted-clients.js';
import type { Batch, LoopTask, Order } from '../src/threads/loops/protocol.js';
import type { ReadyMessage } from '../src/threads/protocol.js';
import { ownKernelThread } from './own-kernel-thread.js';

export default async function serveClients(task: LoopTask): Promise<void> {
  const service = await loadService(task.module);
  const log = openThreadLog(task.log, { thread: threadId });
  // A worker that wakes for one event does not take the core from main or another worker, and finds
  // more of them when its turn comes.
  bindScheduler().asBatch();
  nameThread(`worker-${threadId}`);
  process.on('unhandledRejection', (error) => log.error({ err: errOf(error) }, 'service failed'));
  const clients = new AdoptedClients(task, service, log);
  task.port.on('message', (batch: Batch<Order>) => clients.obey(batch));
  const ready: ReadyMessage = {
    slot: task.slot,
    thread: threadId,
    kernelThread: ownKernelThread(),
  };
  parentPort?.postMessage(ready);
  await once(task.port, 'close');
}
