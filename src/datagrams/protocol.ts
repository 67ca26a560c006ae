/**
 * Every message that crosses between the main thread and a worker that answers datagrams. The pool carries them: a
 * task to the worker, its result back. answer-workers.ts is main's side, workers/answer-datagram.ts the worker's.
 */
import type { Answer, ServiceOptions } from '../services/service.js';

/** What a worker is given once, when it starts. */
export interface WorkerSettings {
  /** The URL of the service's module. */
  readonly module: string;
  readonly options: ServiceOptions;
}

export type AnswerTask =
  /** Nothing to compute: its result says that the worker is up. */
  | { readonly kind: 'start' }
  | { readonly kind: 'answer'; readonly message: Uint8Array; readonly memory: unknown };

export interface ComputedAnswer extends Answer {
  /** The thread that computed it; 0: main. */
  readonly thread: number;
}
