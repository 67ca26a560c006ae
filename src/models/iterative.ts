/**
 * The iterative server: one client after the other, on the main thread. Everybody else waits in the acceptor's queue.
 *
 * Right where conversations are short and rare, and nothing is simpler. Wrong as soon as a client can take its time:
 * one that connects and says nothing stops the whole service. Compare event-loop.ts, which differs by one word.
 */
import { MainThreadClients } from './main-thread-clients.js';
import type { ModelFactory } from '../serving/host.js';

export const iterative: ModelFactory = async (host) => {
  const clients = await MainThreadClients.create(host);
  return {
    clients,
    async serve(acceptor) {
      for await (const client of acceptor) await clients.serve(client);
    },
  };
};
