/**
 * What runs inside a worker that answers datagrams: one task is one message, together with what is remembered of its
 * sender. The worker keeps nothing itself, so any of them can take any message.
 * Keep the imports small: each thread loads them again. Read ../src/datagrams/answer-workers.ts next.
 */
import { threadId, workerData } from 'node:worker_threads';
import type { WorkedOut } from '../src/datagrams/answering.js';
import { loadDatagramService } from '../src/services/load.js';
import type { ServiceOptions } from '../src/services/service.js';

export type AnswerTask =
  /** Nothing to do: its end tells that the worker is up. */
  | { readonly kind: 'start' }
  | { readonly kind: 'answer'; readonly message: Uint8Array; readonly memory: unknown };

export interface AnswerWork {
  /** The URL of the service's module. */
  readonly module: string;
  readonly options: ServiceOptions;
}

const { module, options } = workerData as AnswerWork;
const service = await loadDatagramService(module);

export default async function answerDatagram(task: AnswerTask): Promise<WorkedOut> {
  if (task.kind === 'start' || !service) return { thread: threadId };
  const { reply, memory } = await service.answer(task.message, task.memory, { options });
  return { reply, memory, thread: threadId };
}
