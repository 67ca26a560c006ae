/**
 * The three models for datagrams: the same loops as for connections (../models/), and the same words differ. What one
 * address sends is worked on in order, one at a time, under all of them; the receiver sees to that.
 *
 *     iterative            the next datagram waits until this one is answered
 *     event-loop           they overlap on the main thread, as far as the service awaits anything
 *     thread-per-client    each is a task for a worker of a pool: with no connection, a client lasts one datagram
 *
 * Right for threads are answers that take long to compute. For a quick one the way to a worker and back, some tens of
 * microseconds, is more than the answer itself.
 */
import { availableParallelism } from 'node:os';
import type { ModelName } from '../models/registry.js';
import type { ServiceOptions } from '../services/service.js';
import { answerDatagram, type AnsweringHost, type WorkOut } from './answering.js';
import type { DatagramService } from './datagram.js';
import type { Receiver } from './receiver.js';

interface DatagramModel {
  /** Has what the receiver yields answered, until that ends. Does not wait for the last answers. */
  serve(receiver: Receiver): Promise<void>;
  close(): Promise<void>;
}

export interface DatagramHost extends AnsweringHost {
  readonly service: DatagramService<unknown>;
  readonly module: string;
  readonly options: ServiceOptions;
  /** Most worker threads, and the heap limit of each. */
  readonly threads: { readonly most: number; readonly memoryMb: number };
}

type DatagramModelFactory = (host: DatagramHost) => DatagramModel | Promise<DatagramModel>;

const iterative: DatagramModelFactory = (host) => ({
  async serve(receiver) {
    for await (const datagram of receiver) await answerDatagram(host, datagram, onThisThread(host));
  },
  close: () => Promise.resolve(),
});

const eventLoop: DatagramModelFactory = (host) => ({
  async serve(receiver) {
    for await (const datagram of receiver) void answerDatagram(host, datagram, onThisThread(host));
  },
  close: () => Promise.resolve(),
});

/** Since a worker is never waited for by its client, more of them than processors help only services that block. */
const WORKERS_PER_PROCESSOR = 2;

const threadPerClient: DatagramModelFactory = async (host) => {
  const { AnswerWorkers } = await import('./answer-workers.js');
  const count = Math.min(host.threads.most, WORKERS_PER_PROCESSOR * availableParallelism());
  const workers = await AnswerWorkers.start(host, count);
  return {
    async serve(receiver) {
      for await (const datagram of receiver) {
        void answerDatagram(host, datagram, (message, memory) => workers.run(message, memory));
        await workers.available();
      }
    },
    close: () => workers.close(),
  };
};

export const datagramModels: Readonly<Record<ModelName, DatagramModelFactory>> = {
  iterative,
  'event-loop': eventLoop,
  'thread-per-client': threadPerClient,
};

const MAIN_THREAD = 0;

function onThisThread({ service, options }: DatagramHost): WorkOut {
  return async (message, memory) => {
    const answer = await service.answer(message, memory, { options });
    return { reply: answer.reply, memory: answer.memory, thread: MAIN_THREAD };
  };
}
