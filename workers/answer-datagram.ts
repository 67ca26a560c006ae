/**
 * What runs inside a worker that answers datagrams: one task is one message, together with what is remembered of its
 * sender. The worker keeps nothing itself, so any of them can take any message.
 * Keep the imports small: each thread loads them again. Read ../src/datagrams/answer-workers.ts next.
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
