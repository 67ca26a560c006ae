/**
 * The server with several event loops: main accepts, and hands each client to one of N workers,
 * each of which serves many clients on an event loop of its own.
 *
 *     main:  accept ── policy: which worker? ── descriptor ──►  worker 1:  event loop of many clients
 *                                                         └──►  worker 2:  event loop of many clients
 *
 * Right for some hundred clients and more whose work is too much for one core: N loops use N cores,
 * and a client costs kilobytes, not a thread. Wrong for few clients that compute for long: two of
 * them on one worker wait for each other, which thread-per-client.ts does not let happen. A worker
 * that dies takes all of its clients with it. What the clients share still has one owner, main, and
 * every call of it crosses threads. Read threads/loops/loop-workers.ts next.
 */
import type { ModelFactory } from '../serving/host.js';
import { LoopWorkers } from '../threads/loops/loop-workers.js';

export const workerEventLoops: ModelFactory = async (host) => {
  const workers = await LoopWorkers.start(host);
  return {
    clients: workers,
    takesDescriptors: true,
    async serve(acceptor) {
      workers.givesBackTo(acceptor);
      for await (const client of acceptor) {
        workers.serve(client);
        await workers.available();
      }
    },
  };
};
