/**
 * Every message that crosses between the main thread and a worker that answers datagrams. The pool
 * carries a task to the worker and its result back. answer-workers.ts is main's side,
 * workers/answer-datagram.ts is the worker's.
 */
import type { Answer, ServiceOptions } from '../services/service.js';

/** What a worker gets once, when it starts. */
export interface WorkerSettings {
  /** The URL of the service's module. */
  readonly module: string;
  readonly options: ServiceOptions;
}

export type AnswerTask =
  /** Nothing to compute: the result says that the worker has started. */
  | { readonly kind: 'start' }
  | { readonly kind: 'answer'; readonly message: Uint8Array; readonly memory: unknown };

export interface ComputedAnswer extends Answer {
  /** The thread that computed the answer; 0: main. */
  readonly thread: number;
}
