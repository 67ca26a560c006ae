/**
 * The models for datagrams: the same loops as for connections (../models/), which differ in
 * the same words. Under each of them, the receiver yields the messages of one address in order, one
 * at a time.
 *
 *     iterative            the next datagram waits until this one is answered
 *     event-loop           they overlap on the main thread, as far as the service awaits anything
 *     thread-per-client    each is a task for a worker of a pool: with no connection, a client lasts one datagram
 *     worker-event-loops   refused: a datagram is no client that a worker could keep
 *
 * Threads are right for answers that take long to compute. For a quick answer, the way to a worker
 * and back (some tens of microseconds) costs more than the answer.
 */
import { availableParallelism } from 'node:os';
import { UsageError } from '../base/errors.js';
import type { ModelName } from '../serving/host.js';
import { answerDatagram, type ComputeAnswer } from './answering.js';
import type { DatagramHost, DatagramModel } from './host.js';

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

/**
 * Workers never wait for clients, so more workers than processors help only services that block.
 */
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
  'worker-event-loops': () => {
    throw new UsageError(
      '--model worker-event-loops cannot be used with --transport udp: it hands connections to ' +
        'workers, and datagrams have none; use --model thread-per-client, whose threads answer them',
    );
  },
};

const MAIN_THREAD = 0;

function onThisThread({ service, options }: DatagramHost): ComputeAnswer {
  return async (message, memory) => {
    const answer = await service.answer(message, memory, { options });
    return { reply: answer.reply, memory: answer.memory, thread: MAIN_THREAD };
  };
}
