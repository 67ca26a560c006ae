/**
 * The iterative server: one client after the other, on the main thread. All others wait in the
 * acceptor's queue.
 *
 * Right for short and rare conversations: no server is simpler. Wrong as soon as a client can take
 * its time: one that connects and sends nothing stops the whole service. Compare event-loop.ts,
 * which differs by one word. Read main-thread-clients.ts next.
 */
import { MainThreadClients } from './main-thread-clients.js';
import type { ModelFactory } from '../serving/host.js';

export const iterative: ModelFactory = (host) => {
  const clients = new MainThreadClients(host);
  return {
    clients,
    takesDescriptors: false,
    async serve(acceptor) {
      for await (const client of acceptor) await clients.serve(client);
    },
  };
};
