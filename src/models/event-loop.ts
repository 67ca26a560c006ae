/**
 * The event-loop server: all clients at once, on the main thread. While one handler waits, the
 * others run.
 *
 * Right for many clients that mostly wait: an idle one costs a few kilobytes. Wrong for services
 * that compute: while main computes one answer, it serves no other client. Compare
 * thread-per-client.ts. Read main-thread-clients.ts next.
 */
import { MainThreadClients } from './main-thread-clients.js';
import type { ModelFactory } from '../serving/host.js';

export const eventLoop: ModelFactory = (host) => {
  const clients = new MainThreadClients(host);
  return {
    clients,
    takesDescriptors: false,
    async serve(acceptor) {
      for await (const client of acceptor) void clients.serve(client);
    },
  };
};
