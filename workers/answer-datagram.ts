/**
 * What runs inside a worker that answers datagrams: one task is one message, with the memory of its
 * sender's address. The worker keeps no state, so each worker can take each message.
 *
 * Keep the imports few: each thread loads them again. Read ../src/datagrams/answer-workers.ts next.
 */
import { threadId, workerData } from 'node:worker_threads';
import type { AnswerTask, ComputedAnswer, WorkerSettings } from '../src/datagrams/protocol.js';
import { loadDatagramService } from '../src/services/load.js';

const { module, options } = workerData as WorkerSettings;
const service = await loadDatagramService(module);

export default async function answerDatagram(task: AnswerTask): Promise<ComputedAnswer> {
  if (task.kind === 'start' || !service) return { thread: threadId };
  const { reply, memory } = await service.answer(task.message, task.memory, { options });
  return { reply, memory, thread: threadId };
}
